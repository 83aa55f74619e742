"""Causes, seats, stamps, timestamps and URLs: the tables and small rules of the driver."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import Stamp
from cordpair.errors import ConfigurationError
from cordpair.ids import LegId, NodeId
from cordpair_asterisk import stamps
from cordpair_asterisk.causes import REASON_CODES, destroyed, requested, seat_status
from cordpair_asterisk.config import parse
from cordpair_asterisk.wire import Bridge, Channel, epoch_ms

PBX = NodeId("pbx")
SECRET = "s3cr3t-word"
values = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
stamp_values = st.builds(Stamp, cell=values.filter(bool), contact=values, visit=values, offer=values, role=values)


def test_every_cause_can_be_a_reason() -> None:
    assert set(REASON_CODES) == set(Cause)


@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.REJECTED, Cause.NO_ANSWER, Cause.ANSWERED_ELSEWHERE, Cause.NORMAL])
def test_a_leg_ends_with_the_cause_it_was_ended_with(cause: Cause) -> None:
    assert destroyed(REASON_CODES[cause], answered=False) is cause


def test_the_end_of_an_answered_leg_is_normal_unless_the_connection_died() -> None:
    assert {destroyed(code, answered=True) for code in (None, 0, 16, 17, 19, 31, 127)} == {Cause.NORMAL}
    assert {destroyed(code, answered=True) for code in (38, 41, 44, 102)} == {Cause.LOST}


def test_an_end_without_a_cause_is_told_by_what_was_seen() -> None:
    assert destroyed(0, answered=False) is Cause.UNKNOWN
    assert destroyed(0, answered=False, ringing=True) is Cause.NO_ANSWER
    assert destroyed(0, answered=False, forwarded=True) is Cause.REJECTED
    assert destroyed(999, answered=False) is Cause.UNKNOWN


def test_a_soft_request_of_somebody_else_is_an_ordinary_end() -> None:
    assert requested(32, soft=True, answered=True, ours=None) is Cause.NORMAL
    assert requested(None, soft=False, answered=True, ours=Cause.BUSY) is Cause.NORMAL


def test_a_seat_is_reachable_only_when_its_phone_says_so() -> None:
    assert [
        state for state in ("NOT_INUSE", "UNKNOWN", "INVALID", "", "new") if seat_status(state) is SeatStatus.REACHABLE
    ] == ["NOT_INUSE"]
    assert seat_status("ONHOLD") is SeatStatus.BUSY


@given(stamp_values)
def test_a_stamp_survives_on_a_channel_and_on_a_bridge(stamp: Stamp) -> None:
    variables = stamps.variables_of(stamp)
    assert all(variables.values())
    assert stamps.stamp_of(Channel(id="x", channelvars=variables)) == stamp
    assert stamps.bridge_stamp(Bridge(id="b", name=stamps.bridge_name(stamp))) == stamp


@given(values)
def test_only_our_names_make_a_bridge_ours(name: str) -> None:
    assert stamps.bridge_stamp(Bridge(id="b", name=name)) is None
    assert stamps.spying_supervisor(Bridge(id="b", name=name), "main") is None


def test_a_spying_bridge_is_of_one_cell() -> None:
    bridge = Bridge(id="b", name=stamps.spy_bridge_name("main", LegId("r-l1")))
    assert stamps.spying_supervisor(bridge, "main") == "r-l1"
    assert stamps.spying_supervisor(bridge, "other") is None
    assert stamps.bridge_stamp(bridge) is None


@given(values, values)
def test_a_caller_id_has_one_name_and_one_number(number: str, name: str) -> None:
    shown = stamps.caller_id(number, name)
    assert shown.count('"') in {0, 2}
    assert not any(ord(letter) < 32 or ord(letter) == 127 for letter in shown)
    assert shown.endswith(">") or '"' not in shown


def test_headers_cannot_be_forged() -> None:
    assert stamps.header_variables({"X-Context-Id": "ctx 1"}) == {"PJSIP_HEADER(add,X-Context-Id)": "ctx 1"}
    for name, value in {"X-A": "1\r\nX-B: 2", "X-A)": "1", "X A": "1", "": "1"}.items():
        with pytest.raises(ValueError, match="not a SIP header"):
            stamps.header_variables({name: value})


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [("PJSIP/101-0000000d", "101"), ("PJSIP/a-b-0000000d", "a-b"), ("Local/5@x-00000001;2", ""), ("PJSIP/101", "")],
)
def test_the_endpoint_is_in_the_channels_name(name: str, endpoint: str) -> None:
    assert stamps.endpoint_of(Channel(id="x", name=name)) == endpoint


def test_ids_of_asterisk_are_told_from_ours() -> None:
    assert stamps.made_by_asterisk("1795233517.0")
    assert stamps.made_by_asterisk("pbx1-1795233517.12")
    assert not stamps.made_by_asterisk("r7f3-l12")


FIRST, LAST = datetime(1970, 1, 2), datetime(2199, 12, 30)  # noqa: DTZ001 - the zone is drawn apart


@given(st.datetimes(FIRST, LAST), st.integers(-14 * 60, 14 * 60))
def test_timestamps_are_read_as_the_calendar_reads_them(when: datetime, minutes: int) -> None:
    when = when.replace(microsecond=when.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=minutes)))
    text = f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}{when:%z}"
    assert epoch_ms(text) == (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(st.text(max_size=30))
def test_what_is_no_timestamp_is_none(text: str) -> None:
    assert epoch_ms(text) is None


def test_a_url_says_where_and_who(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    it = parse(PBX, f"asterisk+ari://ann:{SECRET}%40@pbx.example:8090/?request_timeout=2.5")
    assert (it.base, it.user, it.password) == ("http://pbx.example:8090/ari", "ann", f"{SECRET}@")
    assert it.request_timeout == 2.5
    assert parse(PBX, f"asterisk+aris://ann:{SECRET}@[::1]/asterisk").base == "https://[::1]:8089/asterisk/ari"
    (tmp_path / "word").write_text(f"{SECRET}\n")
    monkeypatch.setenv("ARI_WORD", SECRET)
    for option in (f"password_file={tmp_path / 'word'}", "password_env=ARI_WORD"):
        assert parse(PBX, f"asterisk+ari://ann@pbx/?{option}").password == SECRET
    for shown in (repr(it), str(it), it.shown, f"{it!r}"):
        assert SECRET not in shown


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        (f"sip://ann:{SECRET}@pbx", "scheme"),
        (f"asterisk+ari://ann:{SECRET}@", "no host"),
        ("asterisk+ari://pbx:8088/", "no user"),
        ("asterisk+ari://ann@pbx:8088/", "password"),
        (f"asterisk+ari://ann:{SECRET}@pbx/?password_env=X", "password"),
        (f"asterisk+ari://ann:{SECRET}@pbx:port/", "not a URL"),
        (f"asterisk+ari://ann:{SECRET}@[pbx/", "not a URL"),
        (f"asterisk+ari://ann:{SECRET}@pbx/?colour=red", "unknown option 'colour'"),
        (f"asterisk+ari://ann:{SECRET}@pbx/?request_timeout=0", "request_timeout"),
        (f"asterisk+ari://ann:{SECRET}@pbx/?heartbeat=often", "heartbeat"),
        ("asterisk+ari://ann@pbx/?password_env=NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE"),
        ("asterisk+ari://ann@pbx/?password_file=/no/such/file", "No such file"),
    ],
)
def test_a_wrong_url_is_named_without_its_secret(url: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=r"pbx\.pbx\.url") as raised:
        parse(PBX, url)
    assert complaint in str(raised.value)
    assert SECRET not in str(raised.value)


def test_settings_do_not_show_their_secret_when_they_are_part_of_something() -> None:
    it = parse(PBX, f"asterisk+ari://ann:{SECRET}@pbx/")
    assert SECRET not in repr([it])
    assert json.loads(msgspec.json.encode(it.shown)) == "asterisk+ari://ann@pbx:8088/"
