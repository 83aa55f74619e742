"""The journal is the state: replay gives the same tables, the same decisions, the same hash, on any machine."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from acd.centre import BUSY_CENTRE
from acd.floor import Floor
from acd.story import digest, journal_digest, story
from cordpair.acd import Acd, Event, State, breaches
from cordpair.acd import events as ev
from cordpair.acd.causes import Cause
from cordpair.acd.decide import DECIDE
from cordpair.acd.evolve import EVOLVE
from cordpair.acd.inputs import Input
from cordpair.acd.react import REACT
from cordpair.ids import LegId

SEEDS = range(6)
TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module", params=SEEDS)
def shift(request: pytest.FixtureRequest) -> Floor:
    return story(request.param)


def test_a_shift_has_something_to_tell():
    kinds = {type(event) for seed in range(3) for event in story(seed).events}
    wanted = {ev.ContactConnected, ev.OfferEnded, ev.WrapUpEnded, ev.ExclusionsCleared, ev.RequirementStepped,
              ev.VisitRefused, ev.AgentBecameNotReady, ev.StickyEnded}  # fmt: skip
    assert wanted <= kinds, wanted - kinds


def test_folding_the_events_gives_the_state(shift: Floor):
    folded = Acd()
    for at, _, events in shift.journal:
        folded.fold(events, at)
    folded.rebuild()
    assert digest(folded.state) == digest(shift.acd.state)
    assert folded.next_deadline() == shift.acd.next_deadline()
    assert breaches(folded, shift.now) == []


def test_deciding_the_inputs_again_gives_the_events_and_the_commands(shift: Floor):
    again, commands = Acd(), []
    for at, given, events in shift.journal:
        if given is None:
            decided = again.start("t", shift.acd.state.seed, BUSY_CENTRE, at)
        else:
            decided = again.receive(given, at)
        assert decided.events == events
        commands += decided.commands
    assert digest(again.state) == digest(shift.acd.state)
    assert commands == shift.commands


def test_an_engine_restarted_at_any_point_decides_alike(shift: Floor):
    """The index depends on its history nowhere: one rebuilt from a snapshot chooses the same."""
    again = Acd()
    for number, (at, given, events) in enumerate(shift.journal):
        if given is None:
            again.start("t", shift.acd.state.seed, BUSY_CENTRE, at)
            continue
        if number % 7 == 0:
            again = Acd(msgspec.json.decode(msgspec.json.encode(again.state), type=State))
        assert again.receive(given, at).events == events


def test_the_state_survives_json(shift: Floor):
    written = msgspec.json.encode(shift.acd.state)
    state = msgspec.json.decode(written, type=State)
    assert state == shift.acd.state and msgspec.json.encode(state) == written


def test_events_and_inputs_survive_json(shift: Floor):
    for at, given, events in shift.journal:
        assert msgspec.json.decode(msgspec.json.encode(events), type=list[Event]) == events, at
        if given is not None:
            assert msgspec.json.decode(msgspec.json.encode(given), type=Input) == given


def test_the_hash_depends_neither_on_the_process_nor_on_its_hash_seed():
    told = story(3)
    expected = f"{journal_digest(told)} {digest(told.acd.state)}"
    for hash_seed in ("0", "1", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
        ran = subprocess.run(
            [sys.executable, "-m", "acd.story", "3"], env=environment, capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == expected


def test_another_seed_tells_another_story():
    assert journal_digest(story(3)) != journal_digest(story(4))


def test_every_input_and_every_event_has_its_place_in_the_tables():
    assert set(DECIDE) == set(Input.__args__)  # type: ignore[attr-defined]
    assert set(EVOLVE) == set(Event.__args__)  # type: ignore[attr-defined]
    assert set(REACT) <= set(EVOLVE)


def test_events_are_frozen():
    with pytest.raises(AttributeError):
        ev.LegClosed(LegId("x"), Cause.NORMAL).cause = Cause.LOST  # type: ignore[misc]
