"""``cordpair load``: what is asked for, which rate is next, and what the calls come to; no call is placed."""

import random
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.cli.load import command, processors
from cordpair.cli.load.engine_side import Queue, Reading, Today, meanwhile
from cordpair.cli.load.meetings import met
from cordpair.cli.load.screen import notes
from cordpair.cli.load.tally import Cpu, Engine, Limits, Seen, highest, minus, result, spread
from cordpair.cli.load.target import Target, is_ours, target
from cordpair.cli.load.wish import (
    Callers,
    Patience,
    Tried,
    drawn,
    next_rate,
    numbers,
    patience,
    plans,
    rates,
    span,
    steps,
)
from cordpair.errors import ConfigurationError
from cordpair.testing.sipp import Call, Counts

# ---------------------------------------------------------------- who calls


def test_the_same_seed_brings_the_same_callers():
    wish = Callers(dialled=("50??", "6000"), caller="030?????", give_up=0.3, digits="1?")
    first, again, other = (plans(wish, 50, random.Random(seed)) for seed in (7, 7, 8))
    assert first == again != other
    assert {plan.dialled[:2] for plan in first[::2]} == {"50"}
    assert {plan.dialled for plan in first[1::2]} == {"6000"}
    assert all(len(plan.digits) == 2 and plan.digits.isdecimal() for plan in first)


def test_callers_have_numbers_of_their_own_while_there_are_some():
    assert len({plan.caller for plan in plans(Callers(dialled=("1",), caller="03???"), 200, random.Random(1))}) == 200
    few = plans(Callers(dialled=("1",), caller="03?"), 200, random.Random(1))
    assert len(few) == 200
    assert len({plan.caller for plan in few}) == 10


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (0.2, 150, 250), (1.0, 1000, 1000)])
def test_so_many_give_up(share: float, least: int, most: int):
    wish = Callers(dialled=("1",), caller="0", give_up=share, patience=Patience("even", 5, 30))
    made = plans(wish, 1_000, random.Random(3))
    impatient = [plan for plan in made if plan.cancel_after is not None]
    assert least <= len(impatient) <= most
    assert all(5 <= (plan.cancel_after or 0) <= 30 and plan.hang_up_after == plan.cancel_after for plan in impatient)
    assert all(plan.hang_up_after is None for plan in made if plan.cancel_after is None)


def test_whoever_calls_hangs_up_after_their_time():
    wish = Callers(dialled=("1",), caller="0", give_up=0.5, patience=Patience("even", 5, 30), lasts=10.0)
    made = plans(wish, 200, random.Random(3))
    assert all(plan.hang_up_after == min(10.0, plan.cancel_after or 10.0) for plan in made)


def test_patience_has_a_mean():
    drawn_ = [patience("exponential 20s", "--patience").draw(random.Random(n)) for n in range(2_000)]
    assert 18 < sum(drawn_) / len(drawn_) < 22


def test_only_question_marks_are_drawn():
    assert drawn("+49*#", random.Random(1)) == "+49*#"
    assert drawn("??", random.Random(1)).isdecimal()


def test_spans_are_read():
    assert span("500ms", "--ring") == 0.5
    assert span("1s-4s", "--ring") == (1.0, 4.0)
    assert patience("5s-30s", "--patience") == Patience("even", 5.0, 30.0)
    assert rates("20, 60,90", "--rate") == (20.0, 60.0, 90.0)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((span, text) for text in ("", "4s-1s", "0s", "-1s", "x", "1s-")),
        *((patience, text) for text in ("exponential", "exponential 0s", "normal 3s")),
        *((rates, text) for text in ("", "0", "-5", "nan", "inf", "20,,60", "1e9")),
        *((numbers, text) for text in ("", "50 0", "5000;1", "[field0]", "5000,,5001", "5" * 65, "sip:1@2", "1\r\n2")),
        *((target, text) for text in ("", "sip:", "sip:user@127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "a b")),
    ],
)
def test_what_is_wrong_is_named(read, text: str):
    with pytest.raises(ConfigurationError, match="--this"):
        read(text, "--this")


# ---------------------------------------------------------------- where to


@pytest.mark.parametrize(("text", "there"), [("sip:127.0.0.1:5080", 5080), ("127.0.0.1", 5060)])
def test_a_target_is_a_host_and_a_port(text: str, there: int):
    assert target(text) == Target("127.0.0.1", there)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.1.1"])
def test_loopback_and_private_networks_are_ours(host: str):
    assert is_ours(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "172.32.0.1", "192.0.2.1", "198.51.100.7", "100.64.0.1", "0.0.0.0"])
def test_all_else_is_not(host: str):
    assert not is_ours(host)


# ---------------------------------------------------------------- which rate


def search(holds, first: float = 10.0) -> list[Tried]:
    tried: list[Tried] = []
    while (rate := next_rate(first, tried)) is not None:
        tried.append(Tried(rate, holds(rate)))
    return tried


@given(st.floats(0.5, 1_500), st.floats(1, 100))
def test_the_search_ends_near_the_highest_rate(most: float, first: float):
    tried = search(lambda rate: rate <= most, first)
    assert len(tried) <= 12
    assert len({each.rate for each in tried}) == len(tried)
    good = max((each.rate for each in tried if each.held), default=0.0)
    assert good <= most
    if len(tried) < 12 and most >= 5 and good:
        assert most <= max(good * 1.1 + 1, good + 1)


def test_without_a_search_each_rate_has_its_turn():
    assert list(steps([20, 60, 90], [Tried(20, False)], find_most=False)) == [60, 90]
    assert list(steps([20], [Tried(20, True)], find_most=True)) == [30]


# ---------------------------------------------------------------- what the calls come to


def caller(n: int, *, started: float, ended: float | None, ending: str, answered: float | None = 0.0, **more) -> Call:
    up = started + 0.01 if answered == 0.0 else answered
    return Call(str(n), f"c{n}", "5000", f"0300{n}", started, answered=up, ended=ended, ending=ending, **more)


def phone(key: str, n: int, *, started: float, answered: float | None, ended: float, shown: str = "") -> Call:
    more = f"context= from={shown or f'<sip:0300{n}@127.0.0.1>;tag=x'}"
    ending = "near-bye" if answered else "cancelled"
    return Call(key, f"p{key}-{started}", started=started, answered=answered, ended=ended, ending=ending, more=more)


CALLERS = [
    caller(1, started=10.0, ended=14.0, ending="far-bye"),  # anna answers
    caller(2, started=11.0, ended=13.0, ending="near-bye"),  # gives up
    caller(3, started=12.0, ended=20.0, ending="far-bye"),  # waits for anna
    caller(4, started=13.0, ended=13.1, ending="refused", answered=None, status=486),
    caller(5, started=13.5, ended=14.0, ending="cancelled", answered=None, status=487),
    caller(6, started=13.6, ended=19.0, ending="far-bye"),  # the queue let them go
    caller(7, started=13.7, ended=None, ending="open", answered=None),
]
PHONES = [
    phone("101", 1, started=10.2, answered=10.5, ended=14.0),
    phone("101", 3, started=14.1, answered=15.0, ended=20.0),
]
NAMED = {"answered": 4, "far-bye": 3, "near-bye": 1, "refused-486": 1, "refused-487": 1}
COUNTED = Counts(created=7, successful=6, failed=1, named=NAMED)
PHONES_COUNTED = Counts(named={"invite": 2, "answered": 2, "near-bye": 2})
LOGGED = {"start": 7, "answered": 4, "far-bye": 3, "near-bye": 1, "refused": 2}
PHONES_LOGGED = {"invite": 2, "answered": 2, "near-bye": 2}
ENGINE = Engine(5, {"connected": 2, "abandoned": 2, "timed_out": 1})
SEEN = Seen(CALLERS, LOGGED, COUNTED, PHONES, PHONES_LOGGED, PHONES_COUNTED)


LENIENT = Limits(failed=0.5)


def counted(seen: Seen = SEEN, engine: Engine | None = ENGINE, limits: Limits = LENIENT, rate: float = 1.0):
    return result(rate, seen, engine, None, limits, since=9.0, wrap_up=0.0)


def test_each_call_comes_to_one_thing():
    found = counted()
    assert (found.offered, found.answered, found.abandoned, found.otherwise, found.stopped) == (7, 2, 2, 1, 0)
    assert found.failed == {"busy": 1, "unreachable": 1}
    assert found.answered + found.abandoned + found.otherwise + found.stopped + sum(found.failed.values()) == 7
    assert found.wait == spread([0.5, 3.0])


def test_the_offer_latency_begins_when_both_are_there():
    """Who calls a free agent waits for the offer from the call on, an agent with a line from the last end on."""
    assert met(CALLERS, PHONES, 9.0, 0.0).latencies == pytest.approx([0.2, 0.1])
    assert met(CALLERS, PHONES, 9.0, 0.06).latencies == pytest.approx([0.2, 0.04])
    assert met(CALLERS, PHONES, 10.15, 0.0).latencies == pytest.approx([0.05, 0.1])


def test_a_second_offer_counts_from_the_end_of_the_first():
    phones = [
        phone("101", 1, started=10.2, answered=None, ended=12.0),
        phone("102", 1, started=12.05, answered=12.5, ended=14.0),
    ]
    found = met(CALLERS, phones, 9.0, 0.0)
    assert found.latencies == pytest.approx([0.2, 0.05])
    assert found.answers == {"c1": 12.5}


@pytest.mark.parametrize("shown", ["<sip:somebody@else>", "anonymous", '"x" <sip:03001@', ""])
def test_a_caller_who_is_not_shown_meets_nobody(shown: str):
    stranger = phone("101", 9, started=10.2, answered=10.5, ended=14.0, shown=shown)
    found = met(CALLERS, [stranger], 9.0, 0.0)
    assert not found.latencies or shown == '"x" <sip:03001@'


def test_both_sides_agree():
    found = counted()
    assert found.disagreements == ()
    assert notes([found])[0] == "our counts and SIPp's agree, and so do the engine's"


@pytest.mark.parametrize(
    ("seen", "engine", "said"),
    [
        (SEEN._replace(counted=COUNTED._replace(created=8)), ENGINE, "calls placed: our log 7, SIPp 8"),
        (SEEN._replace(counted=COUNTED._replace(failed=0)), ENGINE, "over or up: our log 7, SIPp 6"),
        (SEEN._replace(counted=COUNTED._replace(failed=0, successful=7)), ENGINE, "1 calls have no end in our log"),
        (SEEN._replace(counted=COUNTED._replace(named={**NAMED, "far-bye": 4})), ENGINE, "callers: our log 3, SIPp 4"),
        (SEEN._replace(logged={**LOGGED, "refused": 1}), ENGINE, "refused or cancelled: our log 1, SIPp 2"),
        (SEEN._replace(phones_counted=Counts(named={**PHONES_LOGGED, "invite": 3})), ENGINE, "our log 2, SIPp 3"),
        (
            SEEN._replace(phones_logged={**PHONES_LOGGED, "answered": 1}),
            ENGINE,
            "answered of phones: our log 1",
        ),
        (SEEN._replace(phones=PHONES[:1]), ENGINE, "offers at phones: our log 1, SIPp 2"),
        (SEEN, Engine(6, ENGINE.outcomes), "offered: SIPp 5, the engine 6"),
        (SEEN, Engine(5, {"connected": 1, "abandoned": 2}), "answered: SIPp 2, the engine 1"),
        (SEEN, Engine(5, {"connected": 2, "abandoned": 3}), "abandoned: SIPp 2, the engine 3"),
    ],
)
def test_every_difference_is_said(seen: Seen, engine: Engine, said: str):
    assert any(said in each for each in counted(seen, engine).disagreements)
    assert "DISAGREE" in notes([counted(seen, engine)])[0]


def test_who_hangs_up_as_the_agent_answers_may_be_either():
    callers = [*CALLERS[:2], caller(3, started=12.0, ended=15.3, ending="near-bye"), *CALLERS[3:]]
    seen = SEEN._replace(callers=callers)
    assert counted(seen).undecided == 1
    assert counted(seen).disagreements == ()
    assert counted(seen, Engine(5, {"connected": 1, "abandoned": 3, "timed_out": 1})).disagreements == ()
    assert counted(seen, Engine(5, {"connected": 0, "abandoned": 4, "timed_out": 1})).disagreements


def test_who_gave_up_before_the_engine_saw_them_is_told_apart():
    """The one who cancelled after half a second; with one more lacking there is no such explanation."""
    found = counted(engine=Engine(4, {"connected": 2, "abandoned": 1, "timed_out": 1}))
    assert (found.unseen, found.disagreements) == (1, ())
    assert "1 gave up before the engine saw them" in " ".join(notes([found]))
    worse = counted(engine=Engine(3, {"connected": 2, "abandoned": 0, "timed_out": 1}))
    assert worse.unseen == 0
    assert "offered: SIPp 5, the engine 3" in worse.disagreements


def test_an_answer_that_came_to_nothing_is_no_second_caller():
    phones = [phone("102", 1, started=10.1, answered=10.15, ended=10.18), *PHONES]
    both = {"invite": 3, "answered": 3, "near-bye": 3}
    found = counted(SEEN._replace(phones=phones, phones_logged=both, phones_counted=Counts(named=both)))
    assert (found.answered, found.in_vain, found.disagreements) == (2, 1, ())


def test_whom_we_stopped_had_not_the_patience_for_the_engine():
    callers = [CALLERS[0], caller(2, started=11.0, ended=13.0, ending="near-bye", stopped=12.9), *CALLERS[2:]]
    found = counted(SEEN._replace(callers=callers))
    assert (found.stopped, found.abandoned) == (1, 1)
    assert found.disagreements == ()
    assert found.why_not[0] == "it was stopped"


def test_a_pbx_that_says_nothing_is_unreachable_also_when_we_stop_waiting():
    silent = [caller(n, started=10.0 + n, ended=None, ending="open", answered=None, stopped=30.0) for n in (1, 2)]
    found = counted(Seen(silent, {"start": 2, "stopped": 2}, Counts(created=2, up=2), None), None)
    assert (found.failed, found.stopped, found.disagreements) == ({"unreachable": 2}, 0, ())


def test_without_phones_of_ours_the_engine_knows_who_was_answered():
    alone = SEEN._replace(phones=None)
    assert counted(alone).answered == 2
    assert counted(alone, None).answered is None
    assert counted(alone, None).latency is None


def test_a_rate_holds_within_its_limits():
    pace = len(CALLERS) - 1
    rate = pace / 3.7
    assert counted(rate=rate).held
    assert "failed" in counted(limits=Limits(failed=0.1), rate=rate).why_not[0]
    assert "p99" in counted(limits=Limits(latency=0.15, failed=0.5), rate=rate).why_not[0]
    assert "calls came at" in counted(rate=2 * rate).why_not[0]
    assert "1 wait still" in counted(engine=Engine(5, ENGINE.outcomes, waiting=1), rate=rate).why_not[0]
    assert highest([counted(rate=rate), counted(rate=2 * rate)]) == rate
    assert highest([]) is None


def test_of_no_calls_nothing_is_known():
    found = result(20.0, Seen([], {}, Counts(), []), None, None, Limits(), since=0.0, wrap_up=0.0)
    assert (found.offered, found.wait, found.latency, found.disagreements) == (0, None, None, ())


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300))
def test_percentiles_are_values_that_so_many_are_not_above(values: list[float]):
    found = spread(values)
    assert found is not None
    for value, percent in ((found.p50, 50), (found.p95, 95), (found.p99, 99)):
        assert value in values
        assert sum(each <= value for each in values) * 100 >= percent * len(values)
        assert sum(each < value for each in values) * 100 < percent * len(values)
    assert found.most == max(values)


def test_what_came_between_two_looks():
    later = Counts(9, 2, 5, 1, 3, {"answered": 7, "invite": 4})
    assert minus(later, Counts(4, 6, 2, 1, 1, {"answered": 2})) == Counts(5, 2, 3, 0, 2, {"answered": 5, "invite": 4})


# ---------------------------------------------------------------- the engine's side


def reading(offered: int, connected: int, in_time: int | None, waiting: int = 0) -> Reading:
    today = None if in_time is None else Today(in_time)
    return Reading({"sales": Queue("sales", waiting, offered, {"connected": connected}, today)}, None)


def test_the_engine_is_read_twice():
    found = meanwhile(reading(10, 9, 8), reading(30, 27, 18, waiting=1))
    assert found == Engine(20, {"connected": 18}, 1, 10, 0.5)


def test_a_day_that_began_meanwhile_has_no_service_level():
    assert meanwhile(reading(10, 9, 8), reading(30, 27, 3)).service_level is None
    assert meanwhile(reading(10, 9, None), reading(30, 27, None)).in_time is None
    assert meanwhile(reading(10, 9, 8), reading(10, 9, 8)).service_level is None


def test_a_queue_that_is_new_began_with_nothing():
    assert meanwhile(Reading({}, None), reading(3, 2, 1)).offered == 3


def test_shares_of_processors():
    before = processors.Spent(100.0, 5.0, 1.0, 2.0, 50.0)
    found = processors.between(before, processors.Spent(110.0, 10.0, None, 3.0, 65.0))
    assert isinstance(found, Cpu)
    assert (found.pbx, found.engine, found.sipp, found.machine) == (0.5, None, 0.1, 1.5)
    assert processors.between(before, before) is None


# ---------------------------------------------------------------- the command


LOCAL = ("load", "sip:127.0.0.1:9", "--rate", "1", "--calls", "1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("load", "sip:8.8.8.8"), "--yes-really"),
        ((*LOCAL, "--phones-at", "8.8.8.8:5060", "--phones", "phones"), "--yes-really"),
        ((*LOCAL, "--dial", "[field3]"), "--dial"),
        ((*LOCAL, "--abandon", "101"), "--abandon"),
        ((*LOCAL, "--calls", "0"), "--calls"),
        ((*LOCAL, "--for", "soon"), "--for"),
        ((*LOCAL, "--callers-from", "8.8.8.8"), "--callers-from"),
        ((*LOCAL, "--engine", "http://127.0.0.1:9"), "a key is needed"),
        ((*LOCAL, "--engine", "http://127.0.0.1:9", "--key-file", "nowhere"), "--key-file"),
        ((*LOCAL, "--phones", "nowhere"), "nowhere"),
        ((*LOCAL, "--phones", "phones", "--agents", "3"), "--agents"),
        ((*LOCAL, "--phones", "half-named"), "each line names an agent"),
        ((*LOCAL, "--digits", "12x"), "--digits"),
        ((*LOCAL, "--phones", "phones", "--callers-hang-up"), "--lasts"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_called(cordpair, tmp_path, monkeypatch, options, said: str):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(command.KEY, raising=False)
    (tmp_path / "phones").write_text("101:one-secret\n102:one-secret\n")
    (tmp_path / "half-named").write_text("101:one-secret:anna\n102:one-secret\n")
    found = cordpair(*options)
    assert found.exit_code == 2
    assert said in found.output
    assert "one-secret" not in found.output
    assert "placing" not in found.output


def test_without_sipp_it_says_what_to_install(cordpair, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found = cordpair(*LOCAL)
    assert found.exit_code == 2
    assert "apt-get install sip-tester" in found.output


def test_no_engine_there_is_said_before_any_call(cordpair, monkeypatch):
    monkeypatch.setenv(command.KEY, "cp_not-a-key")
    found = cordpair(*LOCAL, "--engine", "http://127.0.0.1:9")
    assert found.exit_code == 2
    assert "no engine answers" in found.output
    assert "not-a-key" not in found.output
