"""The documentation names what exists, and what it shows works."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from msgspec import inspect

from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome, VisitOutcome
from cordpair.acd.configuration import HangUpAction, QueueAction
from cordpair.acd.events import Event
from cordpair.acd.proposals import OUTCOMES, outcome_of
from cordpair.api.routes import ROUTES
from cordpair.cli import app
from cordpair.config import Config, parse
from cordpair.ids import QueueId
from cordpair.pbx import Capability
from cordpair.runtime import exits

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "dialplans").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`\n]*`")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)


def first_cells(text: str) -> list[str]:
    """What stands in back-quotes in the first column of tables."""
    return re.findall(r"^\| `([^`|]+)` ", text, re.MULTILINE)


def section(text: str, title: str) -> str:
    """From the heading to the next one of its level."""
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_route_has_its_line() -> None:
    told = re.findall(r"^\| `(\w+ /[^`]+)` \| [^|]+ \| ([^|]+) \|", page("docs/how-to/api.md"), re.MULTILINE)
    roles = {f"{route.method} {route.path}": sorted(str(role) for role in route.roles or ()) for route in ROUTES}
    keyless = {route for route, roles_of in roles.items() if not roles_of}
    assert {route: sorted(listed.strip().split(", ")) for route, listed in told} == {
        **{route: ["no key"] for route in keyless},
        **{route: roles_of for route, roles_of in roles.items() if roles_of},
    }


def test_every_event_has_its_line() -> None:
    assert sorted(first_cells(page("docs/reference/events.md"))) == sorted(event.__name__ for event in get_args(Event))


@pytest.mark.parametrize(
    ("title", "outcomes"),
    [("Offers", OfferOutcome), ("Contacts", ContactEnd), ("Legs", Cause)],
)
def test_every_outcome_has_its_line(title: str, outcomes: type[OfferOutcome | ContactEnd | Cause]) -> None:
    assert sorted(first_cells(section(page("docs/reference/outcomes.md"), title))) == sorted(outcomes)


def test_every_outcome_of_a_visit_has_its_line() -> None:
    visits = section(page("docs/reference/outcomes.md"), "Visits").partition("### ")[0]
    assert sorted(first_cells(visits)) == sorted(VisitOutcome)


def test_the_table_of_causes_and_actions_is_the_one_in_the_code() -> None:
    table = page("docs/reference/outcomes.md").partition("### Cause × action")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\| `(\w+)` \| `(\w+)` \|$", table, re.MULTILINE)
    told = {cause: (hung_up, sent_on) for cause, hung_up, sent_on in rows}
    away = QueueAction(QueueId("other"))
    assert told == {cause: (outcome_of(cause, HangUpAction()), outcome_of(cause, away)) for cause in OUTCOMES}


def test_every_capability_is_explained() -> None:
    assert sorted(first_cells(section(page("docs/how-to/write-a-driver.md"), "Capabilities"))) == sorted(Capability)


def test_every_command_and_exit_status_is_explained() -> None:
    text = page("docs/how-to/operate.md")
    commands = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    groups = [group.name for group in app.registered_groups if group.name]
    assert sorted(re.findall(r"^\| `cordpair (\w+)", text, re.MULTILINE)) == sorted(commands + groups)
    told = {
        int(status) for status in re.findall(r"^\| (\d+) \|", section(text, "Exit statuses of `serve`"), re.MULTILINE)
    }
    assert told == {value for name, value in vars(exits).items() if name.startswith("EXIT_")}


# ---------------------------------------------------------------- configuration


def keys(info: inspect.Type) -> Iterator[str]:
    match info:
        case inspect.StructType():
            for field in info.fields:
                yield field.encode_name
                yield from keys(field.type)
        case inspect.DictType(value_type=inner) | inspect.VarTupleType(item_type=inner):
            yield from keys(inner)
        case inspect.UnionType(types=types):
            for each in types:
                yield from keys(each)
        case _:
            pass


@pytest.mark.parametrize("key", sorted(set(keys(inspect.type_info(Config)))))
def test_every_configuration_key_is_in_the_example(key: str) -> None:
    assert re.search(rf"(^|[\s\[{{,.]){key}(\s*=|\]|\.)", page("cordpair.example.toml"), re.MULTILINE), key


COMPLETE = [
    "docs/how-to/queues-and-skills.md",
    "docs/how-to/agents-by-desk.md",
    "docs/how-to/agents-by-phone.md",
    "docs/how-to/asterisk.md",
    "docs/how-to/get-help.md",
]


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [(name, number, text) for name in COMPLETE for number, text in enumerate(blocks(name, "toml"), 1)],
)
def test_what_the_pages_configure_is_good(name: str, number: int, text: str) -> None:
    shown = f"{name}, no. {number}"
    if name == "docs/how-to/agents-by-phone.md":
        text += '\n[queues.any]\n[services.any]\nqueue = "any"\n[seats.1]\nendpoint = "1"\n'
        text += '[agents.one]\nseat = "1"\nqueues = { any = {} }\n'
    assert [str(warning) for warning in parse(text, shown).warnings] == []


# ---------------------------------------------------------------- links


def anchors(text: str) -> set[str]:
    """As forges make them: small letters, no punctuation, a dash for each space."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for target in LINK.findall(INLINE.sub("code", FENCE.sub("", path.read_text(encoding="utf-8")))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


def test_the_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
