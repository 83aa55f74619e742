"""Events of a real Asterisk become inputs; events in any order, and events that make no sense, do no harm."""

import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterisk import recorded
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import Caller, DriverInput, LegArrived, LegEnded, LegRinging, RecordingEnded, SeatChanged
from cordpair.ids import LegId, NodeId, RecordingId
from cordpair_asterisk.translate import RULES, WANTED, Translator
from cordpair_asterisk.wire import Malformed, decode_event

RECORDED = recorded.events()
ONCE = {"LegArrived", "LegRinging", "LegAnswered", "LegEnded"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def trace(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The inputs of each leg, by name, with the cause of its end."""
    translator, legs = recorded.translator(knows=RECORDED), defaultdict[str, list[str]](list)
    for event in events:
        for item in translator.translate(decode_event(json.dumps(event))):
            name = type(item).__name__
            legs[getattr(item, "leg", "")].append(f"{name} {item.cause}" if isinstance(item, LegEnded) else name)
    return legs


def event(kind: str, **more: Any) -> Any:
    return decode_event(json.dumps({"type": kind, "application": "cordpair-main"} | more))


def channel(ident: str = "1700000000.1", **more: Any) -> dict[str, Any]:
    return {"id": ident, "name": "PJSIP/trunk-0000000a", "state": "Ring"} | more


def fresh() -> Translator:
    return Translator(NodeId("pbx"), "main", ("101",))


def one(items: tuple[DriverInput, ...]) -> DriverInput:
    (item,) = items
    return item


def test_every_recorded_call_has_one_of_these_traces() -> None:
    legs = trace(RECORDED)
    caller = ["LegArrived", "LegAnswered", "Joined"]
    agent = ["LegAnswered", "Joined"]
    finished = ["Left", "LegEnded normal"]
    seen = defaultdict[tuple[str, ...], int](int)
    for leg, inputs in legs.items():
        seen[("agent" if leg.startswith("a-") else "caller", *inputs)] += 1
    # 33 calls; the recording ends while 21 of them are up.
    assert dict(seen) == {
        ("caller", *caller): 21,
        ("agent", *agent): 21,
        ("caller", *caller, *finished): 12,
        ("agent", *agent, *finished): 12,
    }


@settings(max_examples=60)
@given(st.data())
def test_in_any_order_each_thing_is_said_once_and_nothing_after_the_end(data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(RECORDED) - 40))
    window = [one for one in RECORDED[first : first + 120] if one["type"] in RULES]
    shuffled = data.draw(st.permutations(window + window[: data.draw(st.integers(0, 20))]))
    for inputs in trace(shuffled).values():
        names = [text.split()[0] for text in inputs]
        assert all(names.count(name) <= 1 for name in ONCE)
        assert "LegEnded" not in names[:-1]


@settings(max_examples=150)
@given(st.data())
def test_no_event_makes_it_fail(data: st.DataObject) -> None:
    spoiled = json.loads(json.dumps(data.draw(st.sampled_from(RECORDED))))
    for _ in range(data.draw(st.integers(1, 4))):
        place: Any = spoiled
        while isinstance(place, dict) and place:
            key = data.draw(st.sampled_from(sorted(place)))
            if not isinstance(place[key], dict) or data.draw(st.booleans()):
                if data.draw(st.booleans()):
                    place[key] = data.draw(json_values)
                else:
                    del place[key]
                break
            place = place[key]
    spoiled.setdefault("type", data.draw(st.sampled_from(WANTED)))
    try:
        decoded = decode_event(json.dumps(spoiled))
    except Malformed:
        return
    fresh().translate(decoded)


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_bytes_that_are_no_event_are_malformed(raw: bytes | str) -> None:
    try:
        decode_event(raw)
    except (Malformed, UnicodeError):
        return
    raise AssertionError("decoded")


def test_an_arrival_of_our_dialplan() -> None:
    variables = {"CP_ARRIVED": "1795233517786", "CP_DIALLED": "500", "CP_ENDPOINT": "trunk", "CP_TO": "line7"}
    variables |= {"CP_FROM_CONTEXT": "cordpair-in", "CP_CONTEXT_ID": "ctx", "CP_CELL": ""}
    arrived = channel(channelvars=variables, caller={"name": "Carla", "number": "030"})
    assert one(fresh().translate(event("StasisStart", channel=arrived))) == LegArrived(
        leg=LegId("1700000000.1"),
        node=NodeId("pbx"),
        dialled="500",
        arrived_at=1795233517786,
        to="line7",
        context="cordpair-in",
        endpoint="trunk",
        context_id="ctx",
        caller=Caller("030", "Carla"),
    )


def test_an_arrival_of_an_operators_own_dialplan() -> None:
    place = {"context": "from-carrier", "exten": "4711", "app_name": "Stasis", "app_data": "cordpair-main"}
    arrived = channel(dialplan=place, creationtime="2026-11-21T02:06:22.988+0000", channelvars={"CP_ARRIVED": "soon"})
    item = one(fresh().translate(event("StasisStart", channel=arrived)))
    assert isinstance(item, LegArrived)
    assert (item.dialled, item.context, item.endpoint) == ("4711", "from-carrier", "trunk")
    assert item.arrived_at == 1795226782988


def test_what_is_not_ours_says_nothing() -> None:
    it = fresh()
    foreign = channel(channelvars={"CP_CELL": "other"}, state="Up")
    snoop = channel("x.1", name="Snoop/1700000000.1-00000000", state="Up")
    bridge = {"id": "b", "name": "cordpair:cell=other", "channels": []}
    for strange in (foreign, snoop, channel("1700000000.9", state="Up")):
        for kind in ("ChannelStateChange", "ChannelEnteredBridge", "ChannelDtmfReceived", "ChannelDestroyed"):
            assert it.translate(event(kind, channel=strange, bridge=bridge, digit="1", cause=16)) == ()
    assert it.translate(event("StasisStart", channel=foreign)) == ()
    assert it.translate(event("StasisStart", channel=snoop)) == ()
    assert it.translate(event("DeviceStateChanged", device_state={"name": "SIP/101", "state": "INUSE"})) == ()


def test_a_leg_stamped_by_an_earlier_engine_is_known_by_its_stamp() -> None:
    it = fresh()
    ours = channel("r-l7", name="PJSIP/101-0000000b", state="Ringing", channelvars={"CP_CELL": "main"})
    assert one(it.translate(event("ChannelDestroyed", channel=ours, cause=17))) == LegEnded(LegId("r-l7"), Cause.BUSY)
    assert it.translate(event("ChannelDestroyed", channel=ours, cause=17)) == ()


@pytest.mark.parametrize(("gone", "cause"), [(True, Cause.NORMAL), (False, Cause.UNKNOWN)])
def test_a_caller_that_leaves_without_a_word_is_looked_for(gone: bool, cause: Cause) -> None:
    it, leg = fresh(), LegId("1700000000.1")
    it.translate(event("StasisStart", channel=channel()))
    assert it.translate(event("StasisEnd", channel=channel())) == ()
    assert it.unexplained == {leg} and not it.hanging_up(leg, Cause.BUSY)
    assert it.explained(leg, gone=gone) == (LegEnded(leg, cause),)
    assert it.explained(leg, gone=gone) == ()


def test_the_cause_of_a_caller_we_end_is_ours() -> None:
    for cause, soft, expected in ((32, True, Cause.BUSY), (127, False, Cause.NORMAL)):
        it = fresh()
        it.translate(event("StasisStart", channel=channel()))
        it.hanging_up(LegId("1700000000.1"), Cause.BUSY)
        it.translate(event("ChannelHangupRequest", channel=channel(), cause=cause, soft=soft))
        assert one(it.translate(event("StasisEnd", channel=channel()))) == LegEnded(LegId("1700000000.1"), expected)


def test_a_caller_whose_audio_died_is_lost() -> None:
    it = fresh()
    it.translate(event("StasisStart", channel=channel(state="Up")))
    it.translate(event("ChannelHangupRequest", channel=channel(), cause=1, soft=True))
    assert one(it.translate(event("StasisEnd", channel=channel()))) == LegEnded(LegId("1700000000.1"), Cause.LOST)


def test_a_recording_lasts_from_its_first_event_to_its_last() -> None:
    it = fresh()
    it.recordings[RecordingId("r-r1")] = None
    live = {"name": "r-r1", "target_uri": "channel:record-r-r1", "duration": 1}
    it.translate(event("RecordingStarted", recording=live, timestamp="2026-11-21T02:06:22.100+0000"))
    done = event("RecordingFinished", recording=live, timestamp="2026-11-21T02:06:23.950+0000")
    assert it.translate(done) == (RecordingEnded(RecordingId("r-r1"), duration_ms=1850),)
    assert it.translate(event("RecordingFailed", recording=live)) == (
        RecordingEnded(RecordingId("r-r1"), ok=False, duration_ms=1000),
    )
    assert it.translate(event("RecordingFinished", recording={"name": "theirs", "target_uri": "channel:1.1"})) == ()


def test_a_seat_is_reported_when_it_changes_and_not_for_our_own_ring() -> None:
    it = fresh()

    def sees(state: str) -> tuple[DriverInput, ...]:
        return it.translate(event("DeviceStateChanged", device_state={"name": "PJSIP/101", "state": state}))

    assert sees("NOT_INUSE") == (SeatChanged(NodeId("pbx"), "101", SeatStatus.REACHABLE),)
    assert sees("NOT_INUSE") == ()
    it.originating(LegId("r-l1"), "101")
    assert sees("RINGING") == ()
    assert sees("INUSE") == ()
    assert sees("UNAVAILABLE") == (SeatChanged(NodeId("pbx"), "101", SeatStatus.UNREACHABLE),)
    assert sees("NOT_INUSE") == (SeatChanged(NodeId("pbx"), "101", SeatStatus.REACHABLE),)
    asked = it.seats.news("101")
    it.translate(event("ChannelDestroyed", channel=channel("r-l1"), cause=16))
    assert it.vacated == {"101"}
    assert it.seat_read("101", "INUSE", asked_at=asked) == (SeatChanged(NodeId("pbx"), "101", SeatStatus.BUSY),)
    assert sees("NOT_INUSE") == (SeatChanged(NodeId("pbx"), "101", SeatStatus.REACHABLE),)
    assert it.seat_read("101", "INUSE", asked_at=asked) == ()  # an old reply


@pytest.mark.parametrize("first", ["RINGING", "PROGRESS"])
def test_a_network_that_plays_its_own_ring_tone_rings(first: str) -> None:
    """183 without 180: early media is ringing, once, and no answer."""
    translator = fresh()
    translator.originating(LegId("c1-k"), "030@provider")
    peer = channel("c1-k", state="Down")
    assert one(translator.translate(event("Dial", peer=peer, dialstatus=first))) == LegRinging(LegId("c1-k"))
    assert translator.translate(event("Dial", peer=peer, dialstatus="RINGING")) == ()
