"""SIPp's scenarios, its statistics and its log, without SIPp."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.testing.sipp import Account, Counts, Plan, last_counts, scenarios
from cordpair.testing.sipp.calls import count_lines, read

HEADER = (
    b"Time;TotalCallCreated;CurrentCall;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);answered(P);answered(C);\n"
)
FIRST, SECOND = b"x;10;4;2;6;0;3;9;\n", b"x;20;1;2;17;2;3;18;\n"
AFTER_SECOND = Counts(20, 1, 17, 2, 0, {"answered": 18})


def test_the_newest_row_counts():
    text = HEADER + FIRST + SECOND
    assert last_counts(text, text) == AFTER_SECOND


def test_only_since_the_start_counts():
    assert last_counts(HEADER + FIRST, HEADER + FIRST).named == {"answered": 9}


@pytest.mark.parametrize("cut", range(1, len(SECOND) + 1))
def test_a_row_that_is_being_written_does_not_count(cut: int):
    text = HEADER + FIRST + SECOND[:-cut]
    assert last_counts(text, text) == last_counts(HEADER + FIRST, HEADER + FIRST)


def test_the_end_alone_may_begin_in_the_middle_of_a_row():
    assert last_counts(HEADER + FIRST, FIRST[3:] + SECOND) == AFTER_SECOND


@pytest.mark.parametrize("text", [b"", b"\n", HEADER[:-1], HEADER, HEADER + b"\n\n", HEADER + FIRST[:-3]])
def test_nothing_is_nothing(text: bytes):
    assert last_counts(text, text) == Counts()


@pytest.mark.parametrize("cell", [b"", b"-1", b"1.5", b"nan", "²".encode(), b"9" * 10_000, b"\xff\x00"])
def test_a_cell_that_is_no_number_is_none(cell: bytes):
    text = HEADER + b"x;" + cell + b";1;2;17;2;3;18;\n"
    assert last_counts(text, text) == AFTER_SECOND._replace(created=0)


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_no_bytes_do_harm(beginning: bytes, end: bytes):
    last_counts(beginning, end)
    last_counts(HEADER + beginning, end)
    assert last_counts(HEADER, end + b"\n" + SECOND) == AFTER_SECOND


# ---------------------------------------------------------------- scenarios


@pytest.mark.parametrize(
    "text",
    [
        scenarios.call(),
        scenarios.call("X-More: 1\n", digits_after=0.5),
        scenarios.register(),
        scenarios.phone(ring=1, rings=True, talk=(1, 2), refuse=None),
        scenarios.phone(ring=1, rings=False, talk=1, refuse=486),
    ],
)
def test_each_label_that_is_gone_to_is_there(text: str):
    root = ET.fromstring(text)
    labels = [each.get("id") for each in root.iter("label")]
    assert len(labels) == len(set(labels))
    assert {each.get("next") for each in root.iter() if each.get("next")} <= set(labels)
    assert "$" not in text.replace("[$", "")


def test_who_presses_digits_offers_the_type_that_sipp_sends():
    """RFC 4733's payload type is what was agreed on; SIPp writes 96, whatever that is."""
    plain, pressing = scenarios.call(), scenarios.call(digits_after=1)
    assert "RTP/AVP 8 101" in plain
    assert "play_dtmf" not in plain
    assert "RTP/AVP 8 96" in pressing
    assert '<exec play_dtmf="[field6]"/>' in pressing
    assert "101" not in pressing


# ---------------------------------------------------------------- the log


def line(what: str, at: float, more: str = "", call: str = "1-2@h", key: str = "0") -> str:
    return f"CP {key} {what} {call} 2026-11-22 01:00:00 {at:.6f} {more}"


PLANS = [Plan("5000", "0301")]


def one(*lines: str):
    (call,) = read("\n".join(lines) + "\n", PLANS)
    return call


def test_a_call_is_folded_from_its_lines():
    call = one(line("start", 1), line("ringing", 2), line("answered", 3), line("answered", 4), line("far-bye", 5))
    assert (call.started, call.ringing, call.answered, call.ended, call.ending) == (1, 2, 3, 5, "far-bye")
    assert (call.dialled, call.caller, call.stopped) == ("5000", "0301", None)


def test_two_byes_that_cross_are_one_end_and_two_lines():
    lines = (line("start", 1), line("answered", 3), line("near-bye", 5), line("far-bye", 5.1))
    assert (one(*lines).ended, one(*lines).ending) == (5, "near-bye")
    assert count_lines("\n".join(lines) + "\n") == {"start": 1, "answered": 1, "near-bye": 1, "far-bye": 1}


def test_who_is_told_to_end_does_so():
    call = one(line("start", 1), line("answered", 3), line("stopped", 4), line("near-bye", 4.1))
    assert (call.stopped, call.ended, call.ending) == (4, 4.1, "near-bye")
    late = one(line("start", 1), line("answered", 3), line("far-bye", 3.5), line("stopped", 4))
    assert (late.stopped, late.ending) == (None, "far-bye")


def test_half_a_line_is_none():
    assert one(line("start", 1), "CP 0 answered 1-2@h 2026").answered is None
    assert read("CP 0 start", PLANS) == ()
    whole = line("start", 1)
    assert read(whole, PLANS) == ()
    assert len(read(whole + "\n" + line("far-bye", 12345.678901)[:-6], PLANS)) == 1


def test_a_password_is_not_shown():
    assert "secret" not in repr(Plan("1", agent=Account("101", "secret")))
