"""deploy/compose.yaml keeps to the Compose specification, and what stands in it works."""

import re
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from cordpair.config import parse
from deploy.conftest import ran


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    return (root / "deploy/compose.yaml").read_text("utf-8")


def test_it_is_as_the_specification_says(text: str) -> None:
    read = PyCompose.from_yaml(text)
    read.validate()
    read.validate_volumes()
    assert sorted(read.service_names()) == ["asterisk", "cordpair", "secrets"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [("network_mode: host", "netwrk: host"), ("condition: service_started", "condition: maybe"),
     ("source: centre", "source: center")],
)  # fmt: skip
def test_a_mistake_would_be_found(text: str, good: str, bad: str) -> None:
    assert good in text
    with pytest.raises(Exception, match=bad.rsplit(maxsplit=1)[-1] if "netwrk" not in bad else "netwrk"):
        PyCompose.from_yaml(text.replace(good, bad)).validate()


def test_the_centre_is_good(text: str) -> None:
    loaded = parse(content(text, "centre"), "compose.yaml")
    assert {str(warning).partition(":")[0] for warning in loaded.warnings} <= {"pbx.asterisk.password"}
    assert loaded.config.http.listen.startswith("127.0.0.1:")


async def test_secrets_are_made_once_and_are_those_of_both(text: str, tmp_path: Path) -> None:
    for name in ("engine", "asterisk"):
        (tmp_path / name).mkdir()
    script = content(text, "make-secrets").replace("/engine", f"{tmp_path}/engine")
    script = script.replace("cd /asterisk", f"cd {tmp_path}/asterisk")
    # Whose files they are afterwards: there is no such user here.
    script, changes = re.subn(r"^chown .*\n", "", script, flags=re.MULTILINE)
    assert changes == 2
    (tmp_path / "script").write_text(script)
    first = await ran("sh", "-eu", tmp_path / "script", directory=tmp_path)
    assert first.status == 0, first.said
    made = {path.name: path.read_text().strip() for path in (tmp_path / "engine").iterdir()}
    assert sorted(made) == ["ari", "door", "phone-101"]
    assert len(set(made.values())) == 3
    assert all(len(secret) == 48 for secret in made.values())
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("*/*")} == {0}
    phones = (tmp_path / "asterisk/pjsip.conf").read_text()
    assert f"password = {made['phone-101']}\n" in phones
    assert f"X-Cordpair-Door: {made['door']}\n" in phones
    assert f"password = {made['ari']}\n" in (tmp_path / "asterisk/ari.conf").read_text()
    assert (await ran("sh", "-eu", tmp_path / "script", directory=tmp_path)).status == 0
    assert {path.name: path.read_text().strip() for path in (tmp_path / "engine").iterdir()} == made


def content(text: str, config: str) -> str:
    """Of a config that stands in the file, as its container gets it."""
    written: str = yaml.safe_load(text)["configs"][config]["content"]
    return written.replace("$$", "$")
