"""Journals of released versions, read by this one: the same state, the same hashes, and the same decisions."""

import gzip
import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from cordpair import __version__
from cordpair.acd import Acd, Event, Input
from cordpair.journal import SqliteReader, current_codec
from cordpair.runtime.recovery import recover
from replay.fold import digest, fold
from replay.make_journal import DATA

VERSIONS = sorted(directory.name for directory in DATA.iterdir())

# What the journal of this version need not hold, and why.
MISSING_EVENTS: dict[str, str] = {
    "InvariantBroken": "needs a defect of the engine",
}
MISSING_INPUTS: dict[str, str] = {
    "BreachFound": "needs a defect of the engine",
    "RecordingEnded": "nothing is decided on it yet, and an input without events is not journaled",
}


def expected_of(version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / version / "expected.json").read_bytes())
    return found


def unpack(version: str, where: Path) -> Path:
    path = where / "journal.db"
    path.write_bytes(gzip.decompress((DATA / version / "journal.db.gz").read_bytes()))
    return path


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_this_version_has_one() -> None:
    assert __version__ in VERSIONS


def test_it_is_small(version: str) -> None:
    assert (DATA / version / "journal.db.gz").stat().st_size < 300_000


def test_it_folds_to_the_same(version: str, tmp_path: Path) -> None:
    """Its inputs are decided again only by the version that wrote it: a later one may know better."""
    expected = expected_of(version)
    found = fold(unpack(version, tmp_path), again=version == __version__)
    assert found == {key: expected[key] for key in found}


def test_its_snapshot_and_the_tail_come_to_the_same(version: str, tmp_path: Path) -> None:
    with SqliteReader(unpack(version, tmp_path), current_codec()) as reader:
        found = recover(reader, Acd)
        assert digest(found.core.state) == expected_of(version)["state"]
        assert found.seq == expected_of(version)["entries"]
        if version == __version__:
            assert 0 < found.replayed < found.seq  # else it began at the first entry


def test_a_core_that_recovered_anywhere_decides_the_same(tmp_path: Path) -> None:
    """Indexes and deadlines made anew from the tables lead to the same decisions as those that grew."""
    with SqliteReader(unpack(__version__, tmp_path), current_codec()) as reader:
        entries = list(reader.read())
    folded = Acd()
    for number, entry in enumerate(entries):
        if number:
            core = Acd(msgspec.json.decode(msgspec.json.encode(folded.state), type=type(folded.state)))
            assert tuple(core.receive(entry.input, entry.at).events) == entry.events, f"entry {entry.seq}"
        folded.fold(entry.events, entry.at)


def test_every_kind_of_event_and_input_is_in_it() -> None:
    expected = expected_of(__version__)
    events = {each.__name__ for each in get_args(Event)}
    inputs = {each.__name__ for each in _flat(Input)}
    assert events - set(expected["events"]) == set(MISSING_EVENTS) & events
    assert inputs - set(expected["inputs"]) == set(MISSING_INPUTS) & inputs


def _flat(union: Any) -> list[type]:
    return [kind for each in get_args(union) for kind in (_flat(each) if get_args(each) else [each])]
