"""The Dockerfile, read by Docker's own parser. It is built for real by hand: docs/releasing.md."""

import dockerfile
import pytest

from release.conftest import ROOT

FILE = ROOT / "deploy/container/Dockerfile"


@pytest.fixture(scope="module")
def steps() -> list[dockerfile.Command]:
    return list(dockerfile.parse_file(str(FILE)))


def last(steps: list[dockerfile.Command]) -> list[dockerfile.Command]:
    """Those of the stage that runs."""
    begins = max(n for n, step in enumerate(steps) if step.cmd.upper() == "FROM")
    return steps[begins:]


def values(steps: list[dockerfile.Command], word: str) -> list[tuple[str, ...]]:
    return [step.value for step in steps if step.cmd.upper() == word]


def test_it_runs_as_a_user_that_is_not_root(steps: list[dockerfile.Command]) -> None:
    (user,) = values(last(steps), "USER")
    assert user[0].partition(":")[0].isdigit() and int(user[0].partition(":")[0]) > 0


def test_every_stage_that_is_copied_from_is_there(steps: list[dockerfile.Command]) -> None:
    stages = [value[value.index("AS") + 1] for value in values(steps, "FROM") if "AS" in value]
    taken = [flag.removeprefix("--from=") for step in steps for flag in step.flags if flag.startswith("--from=")]
    assert taken and set(taken) <= set(stages)


def test_what_is_copied_is_there(steps: list[dockerfile.Command]) -> None:
    copied = [step.value[:-1] for step in steps if step.cmd.upper() == "COPY" and not step.flags]
    assert all((ROOT / source).exists() for sources in copied for source in sources)


def test_state_is_a_volume_and_its_health_is_looked_at(steps: list[dockerfile.Command]) -> None:
    assert values(last(steps), "VOLUME") == [("/var/lib/cordpair",)]
    (health,) = values(last(steps), "HEALTHCHECK")
    assert "/healthz" in health[-1]
    assert values(last(steps), "ENTRYPOINT") == [("cordpair",)]
    assert values(last(steps), "CMD") == [("serve", "/etc/cordpair/cordpair.toml")]


def test_no_secret_is_baked_in(steps: list[dockerfile.Command]) -> None:
    said = " ".join(" ".join(step.value) for step in steps if step.cmd.upper() in ("ENV", "ARG")).lower()
    assert not any(word in said for word in ("password", "secret", "token"))
