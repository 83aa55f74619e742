"""The driver against a server that misbehaves: each fault has one defined outcome, and none shows the secret."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from asterisk.fake_ari import PASSWORD, USER, FakeAri, Inputs
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import LegAnswered, LegArrived, LegEnded, SeatChanged, Stamp
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId
from cordpair.pbx import (
    FULL,
    Capability,
    CommandTimedOut,
    LegGone,
    LinkLost,
    LoginRefused,
    OriginateRequest,
    PbxError,
    Refused,
    Unsupported,
)
from cordpair_asterisk import AsteriskDriver, factory
from cordpair_asterisk.translate import WANTED

LEG, BRIDGE = LegId("1.1"), BridgeId("r-b1")
GONE, ELSEWHERE = {"message": "Channel not found"}, {"message": "Channel not in Stasis application"}


def request(**more: Any) -> OriginateRequest:
    given: dict[str, Any] = {"leg": LegId("r-l1"), "endpoint": "101", "timeout_ms": 2500, "stamp": Stamp("main", "c1")}
    return OriginateRequest(**(given | more))


def channel(ident: str = "1.1", **more: Any) -> dict[str, Any]:
    place = {"app_name": "Stasis", "app_data": "cordpair-main", "context": "in", "exten": "500"}
    return {"id": ident, "name": "PJSIP/trunk-0000000a", "state": "Ring", "dialplan": place, "channelvars": {}} | more


@pytest.fixture
async def server() -> AsyncIterator[FakeAri]:
    async with FakeAri() as running:
        yield running


@pytest.fixture
def inputs() -> Inputs:
    return Inputs()


@pytest.fixture
async def driver(server: FakeAri, inputs: Inputs) -> AsyncIterator[AsteriskDriver]:
    opened = server.driver()
    await opened.open(inputs)
    yield opened
    await opened.close()


async def test_a_link_opens_in_order_and_again_after_it_was_lost(server: FakeAri, inputs: Inputs) -> None:
    driver = server.driver(endpoints=("101", "102"))
    for _ in range(2):
        server.seen.clear()
        await driver.open(inputs)
        assert server.seen == [
            ("WEBSOCKET", "cordpair-main"),
            ("PUT applications/cordpair-main/eventFilter", {"allowed": [{"type": kind} for kind in WANTED]}),
            (
                "POST applications/cordpair-main/subscription",
                {"eventSource": ["deviceState:PJSIP/101", "deviceState:PJSIP/102"]},
            ),
            ("GET asterisk/modules/res_pjsip_refer.so", None),
        ]
        await server.sockets[-1].close()
        ended = await asyncio.wait_for(driver.ended(), 5)
        assert (ended.fenced, "closed" in ended.reason) == (False, True)
        with pytest.raises(LinkLost):
            await driver.answer(LEG)
    await driver.close()
    await driver.close()


async def test_wrong_credentials_are_the_operators_fault(server: FakeAri) -> None:
    url = f"asterisk+ari://{USER}:wrong-word@127.0.0.1:{server.port}/"
    with pytest.raises(LoginRefused) as raised:
        await factory(NodeId("pbx"), url, "main", ()).open(lambda _: None)
    assert "wrong-word" not in str(raised.value)


async def test_nobody_listens(server: FakeAri) -> None:
    url = f"asterisk+ari://{USER}:{PASSWORD}@127.0.0.1:1/"
    with pytest.raises(LinkLost, match="cannot connect") as raised:
        await factory(NodeId("pbx"), url, "main", ()).open(lambda _: None)
    assert PASSWORD not in str(raised.value)


async def test_a_server_that_accepts_and_says_nothing(inputs: Inputs) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        url = f"asterisk+ari://{USER}:{PASSWORD}@127.0.0.1:{port}/?connect_timeout=0.05"
        with pytest.raises(LinkLost, match="no answer within"):
            await factory(NodeId("pbx"), url, "main", ()).open(inputs)
        await gone.wait()  # and the connection is closed


async def test_before_open_there_is_no_link(server: FakeAri) -> None:
    driver = server.driver()
    with pytest.raises(LinkLost):
        await driver.snapshot()
    assert (await driver.ended()).reason == "not open"
    assert PASSWORD not in repr(driver)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, GONE, LegGone),
        (409, ELSEWHERE, LegGone),
        (422, ELSEWHERE, LegGone),
        (400, GONE, LegGone),
        (412, {"message": "Channel in invalid state"}, Refused),
        (422, {"message": "The format specified is unknown"}, Refused),
        (500, {"error": "Allocation failed"}, Refused),
        (503, None, Refused),
        (401, {}, LoginRefused),
        (403, {"message": "Write access denied"}, LoginRefused),
        (418, [1, 2], Refused),
    ],
)
async def test_a_status_has_a_meaning(
    server: FakeAri, driver: AsteriskDriver, status: int, body: Any, error: type[PbxError]
) -> None:
    server.answers["POST channels/1.1/answer"] = status, body
    with pytest.raises(error) as raised:
        await driver.answer(LEG)
    assert type(raised.value) is error
    assert "answer 1.1" in str(raised.value)


async def test_no_answer_in_time(server: FakeAri, inputs: Inputs) -> None:
    driver = server.driver(options="?request_timeout=1")
    await driver.open(inputs)
    server.hold("POST channels/1.1/answer")
    with pytest.raises(CommandTimedOut):
        await driver.answer(LEG)
    await driver.close()


async def test_a_cancelled_command_leaves_nothing_open(server: FakeAri, driver: AsteriskDriver) -> None:
    server.hold("POST channels/1.1/answer")
    server.reached.clear()
    command = asyncio.create_task(driver.answer(LEG))
    await server.reached.wait()
    command.cancel()
    with pytest.raises(asyncio.CancelledError):
        await command
    await driver.ring(LEG)


async def test_another_engine_took_over(server: FakeAri, driver: AsteriskDriver, inputs: Inputs) -> None:
    await server.send("ApplicationReplaced")
    await server.send("StasisStart", channel=channel())
    assert (await asyncio.wait_for(driver.ended(), 5)).fenced
    with pytest.raises(LinkLost):
        await driver.hang_up(LEG, Cause.NORMAL)
    assert server.requests("DELETE") == []
    await driver.close()
    assert inputs == []


async def test_a_leg_that_has_ended_is_not_ended_again(server: FakeAri, driver: AsteriskDriver, inputs: Inputs) -> None:
    """Asterisk would accept it: for a moment after the StasisEnd the channel is still there."""
    await server.send("StasisStart", channel=channel())
    await server.send("ChannelHangupRequest", channel=channel())
    await server.send("StasisEnd", channel=channel())
    assert (await inputs.until(2))[1] == LegEnded(LEG, Cause.NORMAL)
    with pytest.raises(LegGone):
        await driver.hang_up(LEG, Cause.NORMAL)
    assert server.requests("DELETE") == [] == server.requests("GET channels/1.1")


@pytest.mark.parametrize(
    ("answers", "cause"),
    [([404], Cause.NORMAL), ([200, 200, 404], Cause.NORMAL), ([200], Cause.UNKNOWN), ([500], Cause.UNKNOWN)],
    ids=["gone", "gone a moment later", "sent on into the dialplan", "nobody can say"],
)
async def test_a_caller_that_left_without_a_word(
    server: FakeAri,
    driver: AsteriskDriver,
    inputs: Inputs,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[int],
    cause: Cause,
) -> None:
    monkeypatch.setattr("cordpair_asterisk.link.LEAVING", (0.01, 0.01, 0.01))
    server.answers["GET channels/1.1"] = [(status, GONE) for status in answers]
    await server.send("StasisStart", channel=channel())
    await server.send("StasisEnd", channel=channel())
    assert (await inputs.until(2))[1] == LegEnded(LEG, cause)


async def test_malformed_events_are_counted_and_survived(
    server: FakeAri, driver: AsteriskDriver, inputs: Inputs, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        wrong_type = '{"type": "StasisStart", "channel": {"id": 7}}'
        for text in ("", "{", '{"type": 5, "caller": "0301234"}', "[]", wrong_type):
            await server.sockets[-1].send_str(text)
        await server.sockets[-1].send_bytes(b"\x00\xff")
        await server.send("SomethingNew", channel=channel())
        await server.send("StasisStart", channel=channel(channelvars=None))
        assert isinstance((await inputs.until(1))[0], LegArrived)
    assert caplog.text.count("malformed event") == 5
    assert "0301234" not in caplog.text
    assert "lacks channelvars" in caplog.text
    assert PASSWORD not in caplog.text


async def test_a_receiver_that_fails_ends_the_link(server: FakeAri, caplog: pytest.LogCaptureFixture) -> None:
    driver = server.driver()

    def emit(_: object) -> None:
        raise RuntimeError("the engine stopped")

    await driver.open(emit)
    await server.send("StasisStart", channel=channel())
    assert "could not be processed" in (await asyncio.wait_for(driver.ended(), 5)).reason
    await driver.close()


async def test_an_event_beyond_all_measure_ends_the_link(server: FakeAri, driver: AsteriskDriver) -> None:
    await server.sockets[-1].send_str("x" * (2 << 20))
    assert not (await asyncio.wait_for(driver.ended(), 5)).fenced


async def test_originate_keeps_the_caller_out_of_the_query(server: FakeAri, driver: AsteriskDriver) -> None:
    shown = request(caller_number="030", caller_name="Ann", headers={"X-Context-Id": "ctx"}, originator=LEG)
    await driver.originate(shown)
    ((_, body),) = server.requests("POST channels/r-l1")
    assert (body["callerId"], body["originator"], body["timeout"]) == ('"Ann" <030>', "1.1", 3)
    assert body["variables"]["PJSIP_HEADER(add,X-Context-Id)"] == "ctx"
    assert not any("Ann" in query or PASSWORD in query for query in server.queries)


async def test_originate_without_its_originator_goes_on(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers["POST channels/r-l1"] = [(400, {"message": "Provided originator channel was not found"}), (200, {})]
    await driver.originate(request(originator=LEG))
    assert ["originator" in body for _, body in server.requests("POST channels/r-l1")] == [True, False]


async def test_already_exists_is_believed_when_it_does(server: FakeAri, driver: AsteriskDriver, inputs: Inputs) -> None:
    server.answers["POST channels/r-l1"] = 409, {"message": "Channel with given unique ID already exists"}
    with pytest.raises(Refused):
        await driver.originate(request())
    server.answers["GET channels/r-l2"] = 200, channel("r-l2")
    server.answers["POST channels/r-l2"] = server.answers["POST channels/r-l1"]
    await driver.originate(request(leg=LegId("r-l2")))
    await server.send("ChannelDestroyed", channel=channel("r-l1"), cause=20)
    await server.send("ChannelDestroyed", channel=channel("r-l2"), cause=17)
    assert await inputs.until(1) == [LegEnded(LegId("r-l2"), Cause.BUSY)]


async def test_a_header_that_is_none_is_refused(server: FakeAri, driver: AsteriskDriver) -> None:
    with pytest.raises(Refused):
        await driver.originate(request(headers={"X-A": "1\r\nX-B: 2"}))
    assert server.requests("POST channels") == []


async def test_a_bridge_that_exists_is_asked_who_is_in_it(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers["POST bridges/r-b1"] = 409, {"message": "Bridge with id 'r-b1' already exists"}
    server.answers["GET bridges/r-b1"] = 200, {"id": "r-b1", "channels": ["1.1"]}
    await driver.join(BRIDGE, (LEG, LegId("1.2")), Stamp("main"))
    assert server.requests("POST bridges/r-b1/addChannel") == [("POST bridges/r-b1/addChannel", {"channel": ["1.2"]})]
    server.answers["GET bridges/r-b1"] = 200, {"id": "r-b1", "channels": ["1.1", "1.2"]}
    await driver.join(BRIDGE, (LEG, LegId("1.2")), Stamp("main"))
    assert len(server.requests("POST bridges/r-b1/addChannel")) == 1


async def test_a_leg_that_is_gone_is_not_joined_alone(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers["POST channels/1.1/answer"] = 404, GONE
    with pytest.raises(LegGone):
        await driver.join(BRIDGE, (LEG, LegId("1.2")), Stamp("main"))
    assert server.requests("POST bridges/r-b1/addChannel") == []


async def test_leaving_what_was_left_is_done(server: FakeAri, driver: AsteriskDriver) -> None:
    for status, message in ((422, "Channel not in this bridge"), (404, "Bridge not found")):
        server.answers["POST bridges/r-b1/removeChannel"] = status, {"message": message}
        await driver.leave(BRIDGE, (LEG,))
    server.answers["DELETE bridges/r-b1"] = 404, {"message": "Bridge not found"}
    await driver.release(BRIDGE)
    server.answers["DELETE playbacks/r-p1"] = 404, {"message": "Playback not found"}
    await driver.stop_play(LEG, PlayId("r-p1"))


async def test_an_older_asterisk_takes_variables_one_by_one(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers["POST channels/1.1/variables"] = 404, {"message": "Resource not found"}
    for _ in range(2):
        await driver.stamp(LEG, Stamp("main", "c1"))
    assert len(server.requests("POST channels/1.1/variables")) == 1
    one_by_one = [body for request, body in server.seen if request == "POST channels/1.1/variable"]
    assert one_by_one == 2 * [{"variable": "CP_CELL", "value": "main"}, {"variable": "CP_CONTACT", "value": "c1"}]
    server.answers["POST channels/1.1/variable"] = 404, GONE
    with pytest.raises(LegGone):
        await driver.set_variables(LEG, {"A": "b"})


async def test_a_seat_nobody_knows_is_unreachable(server: FakeAri, inputs: Inputs) -> None:
    server.answers["POST applications/cordpair-main/subscription"] = 422, {"message": "Event source does not exist"}
    server.answers["GET deviceStates/PJSIP%2F101"] = 200, {"name": "PJSIP/101", "state": "NOT_INUSE"}
    driver = server.driver(endpoints=("101", "nobody"))
    await driver.open(inputs)
    assert (await driver.snapshot()).seats == {"101": SeatStatus.REACHABLE, "nobody": SeatStatus.UNREACHABLE}
    await driver.close()


async def test_a_seat_is_read_again_when_a_refused_leg_has_left_it(server: FakeAri, inputs: Inputs) -> None:
    server.answers["GET deviceStates/PJSIP%2F101"] = 200, {"name": "PJSIP/101", "state": "INUSE"}
    server.answers["POST channels/r-l1"] = 500, {"error": "Allocation failed"}
    driver = server.driver(endpoints=("101",))
    await driver.open(inputs)
    with pytest.raises(Refused):
        await driver.originate(request())
    assert await inputs.until(1) == [SeatChanged(NodeId("pbx"), "101", SeatStatus.BUSY)]
    await driver.close()


async def test_refer_is_offered_where_asterisk_can(server: FakeAri, driver: AsteriskDriver, inputs: Inputs) -> None:
    assert driver.capabilities() == FULL - {Capability.REFER} | {Capability.ACCOUNTS, Capability.PHONES}
    with pytest.raises(Unsupported):
        await driver.refer(LEG, "sip:1@example.org")
    server.answers["GET asterisk/modules/res_pjsip_refer.so"] = 200, {"name": "res_pjsip_refer.so"}
    await driver.open(inputs)
    assert driver.capabilities() == FULL | {Capability.ACCOUNTS, Capability.PHONES}


async def test_a_snapshot_does_not_revive_what_ended_meanwhile(
    server: FakeAri, driver: AsteriskDriver, inputs: Inputs
) -> None:
    everything = [channel("1.1"), channel("1.2"), channel("1.3", channelvars={"CP_CELL": "main"}), channel("1.4")]
    everything += [channel("1.5", channelvars={"CP_CELL": "other"}), channel("1.6", name="Snoop/1.1-00000000")]
    server.answers["GET channels"] = 200, everything
    server.answers["GET applications/cordpair-main"] = (
        200,
        {"name": "x", "channel_ids": ["1.1", "1.2", "1.3", "1.5", "1.6"]},
    )
    server.answers["GET bridges"] = 200, [{"id": "b", "name": "cordpair:cell=main", "channels": ["1.3", "1.6"]}]
    server.hold("GET channels")
    server.reached.clear()
    taking = asyncio.create_task(driver.snapshot())
    while ("GET channels", None) not in server.seen:
        server.reached.clear()
        await server.reached.wait()
    await server.send("StasisEnd", channel=channel("1.1"))  # never seen by this link
    await server.send("StasisStart", channel=channel("1.7", state="Up"))
    assert [type(item) for item in await inputs.until(2)] == [LegArrived, LegAnswered]
    server.held["GET channels"].set()
    seen = await taking
    assert [leg.leg for leg in seen.legs] == ["1.2", "1.3"]
    assert [leg.arrival is not None for leg in seen.legs] == [True, False]
    assert seen.bridges[0].legs == ("1.3",)
    assert seen.epoch == "02:fc/2026-11-21T03:56:41.192+0000"


async def test_without_a_snapshot_there_is_no_link(server: FakeAri, driver: AsteriskDriver) -> None:
    for answer in ((200, {"not": "a list"}), (404, {"message": "Resource not found"}), (500, {})):
        server.answers["GET channels"] = answer
        with pytest.raises(LinkLost):
            await driver.snapshot()


async def test_an_asterisk_that_is_still_loading_is_no_link_yet(server: FakeAri, inputs: Inputs) -> None:
    server.answers["PUT applications/cordpair-main/eventFilter"] = 404, {"message": "Resource not found"}
    with pytest.raises(LinkLost) as raised:
        await server.driver().open(inputs)
    assert not isinstance(raised.value, LoginRefused)


async def test_a_seat_is_not_ours_for_ever_when_an_originate_got_lost(
    server: FakeAri, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cordpair_asterisk.link.UNSURE", 0.01)
    server.answers["GET deviceStates/PJSIP%2F101"] = 200, {"name": "PJSIP/101", "state": "INUSE"}
    driver = server.driver(endpoints=("101",), options="?request_timeout=1")
    await driver.open(inputs)
    server.hold("POST channels/r-l1")
    with pytest.raises(CommandTimedOut):
        await driver.originate(request())
    assert await inputs.until(1) == [SeatChanged(NodeId("pbx"), "101", SeatStatus.BUSY)]
    await server.send("ChannelDestroyed", channel=channel("r-l1"), cause=19)  # it did come about
    assert (await inputs.until(2))[1] == LegEnded(LegId("r-l1"), Cause.NO_ANSWER)
    await driver.close()


async def test_recordings_are_asked_for_by_name(server: FakeAri, driver: AsteriskDriver, inputs: Inputs) -> None:
    await driver.record(RecordingId("r-r1"), BRIDGE)
    await driver.record(RecordingId("r-r2"), BRIDGE)
    server.answers["GET recordings/live/r-r2"] = 200, {"name": "r-r2"}
    await driver.open(inputs)  # another link: the names are kept
    assert (await driver.snapshot()).recordings == ("r-r2",)
    server.answers["POST recordings/live/r-r2/mute"] = 404, {"message": "Recording not found"}
    with pytest.raises(LegGone):
        await driver.mask(RecordingId("r-r2"))
