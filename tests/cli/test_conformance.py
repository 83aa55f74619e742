"""``cordpair conformance``: whole drivers pass, broken ones are told what they broke."""

import json
from importlib.metadata import EntryPoint

import pytest

from cordpair.testing.conformance import BASIC, LEVELS, SCENARIOS, Level, own_rigs, reached

ENOUGH = [
    *("--sip", "127.0.0.1:9", "--caller-sip", "127.0.0.1:9"),
    *("--seat", "101:one-secret", "--seat", "102:one-secret", "--seat", "103:one-secret"),
]
SEATS = " ".join(f"{seat}:one-secret" for seat in (101, 102, 103))
URL = "asterisk+ari://user:other-secret@127.0.0.1:9/"


@pytest.fixture
def broken(monkeypatch):
    """Drivers of ``cli.broken`` are found as any other: ``broken:Whispers``."""
    point = EntryPoint("broken", "cli.broken:rig", own_rigs.GROUP)
    monkeypatch.setattr(own_rigs, "entry_points", lambda group: [point])


def verdicts(result):
    return {one["scenario"]: one for one in json.loads(result.stdout)["results"]}


def failed(result):
    return {name: one["reason"] for name, one in verdicts(result).items() if one["verdict"] == "failed"}


# ---------------------------------------------------------------- the levels are data of the suite


def test_every_scenario_belongs_to_a_level_and_basic_needs_no_capability():
    needs = {scenario.name: scenario.needs for scenario in SCENARIOS}
    named = [name for names in BASIC.values() for name in names]
    assert len(named) == len(set(named))
    assert LEVELS[Level.BASIC] < LEVELS[Level.FULL] == set(needs)
    assert not any(needs[name] for name in named)


def test_what_needs_no_capability_is_basic_except_for_restarting_the_pbx():
    plain = {scenario.name for scenario in SCENARIOS if not scenario.needs}
    assert plain - LEVELS[Level.BASIC] == {"a_restart_changes_the_epoch"}


def test_every_capability_of_a_full_driver_is_needed_by_a_scenario():
    from cordpair.pbx import FULL

    assert frozenset().union(*(scenario.needs for scenario in SCENARIOS)) == FULL


def test_a_level_is_reached_by_passing_all_of_it():
    assert reached(LEVELS[Level.FULL]) is Level.FULL
    assert reached(LEVELS[Level.FULL] - {"a_leg_is_muted"}) is Level.BASIC
    assert reached(LEVELS[Level.FULL] - {"caller_arrives"}) is None


# ---------------------------------------------------------------- whole drivers


def test_the_loopback_is_full(cordpair):
    result = cordpair("conformance", "loopback:")
    assert result.exit_code == 0, result.output
    assert f"{len(SCENARIOS)} passed\nlevel: full (asked for: full)" in result.stdout


def test_for_programs(cordpair):
    result = cordpair("conformance", "loopback:", "--json")
    said = json.loads(result.stdout)
    assert (said["asked"], said["reached"], said["complete"]) == ("full", "full", True)
    assert verdicts(result)["a_leg_is_muted"]["needs"] == ["mute"]


def test_some_scenarios_say_nothing_about_the_level(cordpair):
    result = cordpair("conformance", "loopback:", "--only", "phone_*")
    assert result.exit_code == 0
    assert "level: not judged" in result.stdout and "caller_arrives" not in result.stdout


# ---------------------------------------------------------------- broken ones


def test_a_whisper_that_reaches_the_customer(cordpair, broken):
    result = cordpair("conformance", "broken:Whispers")
    assert result.exit_code == 1
    assert ["failed", "full", "a_whisper_never_reaches_the_customer", "spy"] in [
        line.split() for line in result.stdout.splitlines()
    ]
    assert "level: basic (asked for: full)" in result.stdout
    found = failed(cordpair("conformance", "broken:Whispers", "--json"))
    assert list(found) == ["a_whisper_never_reaches_the_customer"]
    assert "heard 102" in next(iter(found.values())) or "hears" in next(iter(found.values()))
    assert cordpair("conformance", "broken:Whispers", "--level", "basic").exit_code == 0


def test_nobody_passes_by_declaring_less(cordpair, broken):
    result = cordpair("conformance", "broken:DeclaresLess", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["reached"] == "basic"
    lacking = {scenario.name for scenario in SCENARIOS if scenario.needs & {"record", "mask"}}
    found = failed(result)
    assert set(found) == lacking
    assert all("record, which the driver does not declare" in reason for reason in found.values())


def test_a_leg_that_ends_twice(cordpair, broken):
    result = cordpair("conformance", "broken:EndsTwice", "--level", "basic")
    assert result.exit_code == 1
    assert "level: none (asked for: basic)" in result.stdout
    assert "a leg ended twice" in failed(cordpair("conformance", "broken:EndsTwice", "--json"))["caller_hangs_up"]


def test_a_defect_is_a_result(cordpair, broken):
    found = failed(cordpair("conformance", "broken:Crashes", "--json"))
    assert "ZeroDivisionError: a defect" in found["caller_is_told_busy"]
    assert "caller_gives_up_before_the_answer" not in found


def test_a_driver_that_does_not_come_back(cordpair, broken, monkeypatch):
    monkeypatch.setattr("cordpair.testing.conformance.examination.SCENARIO_S", 0.2)
    found = failed(cordpair("conformance", "broken:Hangs", "--only", "phone_is_[br]*", "--json"))
    assert found == {"phone_is_busy": "was not over after 0.2 s: something waits without a limit"}


# ---------------------------------------------------------------- what cannot be run


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["loopback:", "--only", "nothing_*"], "no scenario is called 'nothing_*'"),
        (["acme://127.0.0.1:1/"], "no driver for 'acme' URLs is installed"),
        ([URL], "--sip: '' is not HOST:PORT"),
        ([URL, *ENOUGH[:6]], "the suite needs 3 seats; there are 1"),
        ([URL, *ENOUGH[:4], "--seat", "101"], "--seat: no. 1 is not USER:PASSWORD"),
        ([URL, *ENOUGH[:4], "--seats", "nowhere"], "seats: nowhere: No such file"),
        (["asterisk+ari://user:other-secret@pbx/", *ENOUGH], "the URL of the PBX must name host and port"),
    ],
)
def test_what_is_missing_is_said(cordpair, arguments, why):
    result = cordpair("conformance", *arguments)
    assert result.exit_code == 2
    assert why in result.stderr
    assert "secret" not in result.output


def test_a_pbx_that_is_not_there_and_passwords_that_are_not_shown(cordpair, monkeypatch):
    monkeypatch.setattr("cordpair.testing.people.phone.REPLY_DEADLINE", 0.05)
    monkeypatch.setenv("CORDPAIR_CONFORMANCE_URL", URL)
    monkeypatch.setenv("CORDPAIR_CONFORMANCE_SEATS", SEATS)
    result = cordpair("conformance", "--sip", "127.0.0.1:9")
    assert result.exit_code == 2
    assert "phone 101: nobody answers SIP at 127.0.0.1:9/udp" in result.stderr
    assert "secret" not in result.output
    assert "secret" not in cordpair("conformance", "--help").output
