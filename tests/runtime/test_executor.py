"""Order per leg, side by side otherwise; every command ends; a failure comes back as an input."""

import asyncio
from typing import get_args

import pytest

from cordpair.acd.causes import Failure
from cordpair.acd.commands import (
    Answer,
    Command,
    Dial,
    HangUp,
    Join,
    Leave,
    Music,
    Originate,
    Play,
    Redirect,
    Refer,
    Release,
    Ring,
    SendDigits,
    StampLeg,
    StopMusic,
    StopPlay,
)
from cordpair.acd.inputs import Caller, Stamp
from cordpair.ids import BridgeId, ContactId, LegId, NodeId, PlayId
from cordpair.pbx import CommandTimedOut, LegGone, LinkLost, OriginateRequest, PbxError, Refused, Unsupported
from cordpair.runtime.dispatch import DISPATCH
from cordpair.runtime.executor import Executor

NODE = NodeId("n1")
A, B, BRIDGE = LegId("a"), LegId("b"), BridgeId("br")
STAMP = Stamp("main")
ORIGINATE = Originate(NODE, A, "PJSIP/101", ContactId("c1"), 20_000, STAMP, originator=B, context_id="ctx-42")
ONE_OF_EACH: list[Command] = [
    Answer(NODE, A), Ring(NODE, A), StampLeg(NODE, A, STAMP), HangUp(NODE, A), ORIGINATE,
    Join(NODE, BRIDGE, (A, B), STAMP), Leave(NODE, BRIDGE, (A,)), Release(NODE, BRIDGE), Music(NODE, A, "jazz"),
    StopMusic(NODE, A), Play(NODE, A, PlayId("p1"), "welcome"), StopPlay(NODE, A, PlayId("p1")),
    Redirect(NODE, A, "sip:x@b.test"), Refer(NODE, A, "sip:y@b.test"), SendDigits(NODE, A, 7),
    Dial(NODE, A, "{number}@provider", ContactId("c1"), "+4930999", 35_000, STAMP),
]  # fmt: skip


class Desk:
    def caller(self, contact: ContactId) -> Caller:
        return Caller("+4930123456", "Ada")

    def dialled(self, contact: ContactId) -> str:
        return self.caller(contact).number

    def medium(self, prompt: str) -> str:
        return {"welcome": "sound:hello-world"}.get(prompt, prompt)

    def digits(self, kept: int) -> str:
        return {7: "12#"}.get(kept, "")


@pytest.fixture
def inputs() -> list:
    return []


@pytest.fixture
async def executor(driver, clock, inputs) -> Executor:
    executor = Executor({NODE: driver}, Desk(), clock, inputs.append)
    executor.link_up(NODE)
    return executor


def later() -> "asyncio.Future[None]":
    return asyncio.get_running_loop().create_future()


def test_every_command_has_a_method() -> None:
    assert set(DISPATCH) == set(get_args(Command)) == {type(command) for command in ONE_OF_EACH}


@pytest.mark.parametrize("command", ONE_OF_EACH, ids=lambda command: type(command).__name__)
async def test_each_command_reaches_its_method_with_what_it_says(executor, driver, clock, inputs, command) -> None:
    executor.run([command])
    await clock.settle()
    ((name, *arguments),) = driver.calls
    expected = {
        "Answer": ("answer", A), "Ring": ("ring", A), "StampLeg": ("stamp", A, STAMP),
        "HangUp": ("hang_up", A, "normal"),
        "Join": ("join", BRIDGE, (A, B), STAMP), "Leave": ("leave", BRIDGE, (A,)), "Release": ("release", BRIDGE),
        "Music": ("music", A, "jazz"), "StopMusic": ("stop_music", A), "Play": ("play", A, "p1", "sound:hello-world"),
        "StopPlay": ("stop_play", A, "p1"), "SendDigits": ("send_digits", A, "12#"),
        "Redirect": ("redirect", A, "sip:x@b.test"), "Refer": ("refer", A, "sip:y@b.test"),
        "Originate": (
            "originate",
            OriginateRequest(
                leg=A, endpoint="PJSIP/101", timeout_ms=20_000, stamp=STAMP, caller_number="+4930123456",
                caller_name="Ada", originator=B, headers={"X-Context-Id": "ctx-42"},
            ),
        ),
        "Dial": (
            "originate",
            OriginateRequest(
                leg=A, endpoint="+4930123456@provider", timeout_ms=35_000, stamp=STAMP, caller_number="+4930999",
            ),
        ),
    }  # fmt: skip
    assert (name, *arguments) == expected[type(command).__name__]
    assert inputs == []
    assert executor.busy == 0


@pytest.mark.parametrize("number", ["", "+49 30", "1@evil", "1}{x=1", "1\n2", "x", "9" * 33])
async def test_only_a_number_is_dialled(executor, driver, clock, inputs, monkeypatch, number) -> None:
    """Erased meanwhile, or put into the record by somebody else: nothing of it reaches the PBX."""
    monkeypatch.setattr(Desk, "caller", lambda self, contact: Caller(number))
    executor.run([Dial(NODE, A, "{number}@provider", ContactId("c1"), "", 35_000, STAMP)])
    await clock.settle()
    assert driver.calls == []
    assert [(each.command, each.failure, each.detail) for each in inputs] == [
        ("Dial", Failure.REFUSED, "the number is not known any more")
    ]


async def test_the_number_dialled_is_in_no_message_that_a_failure_leads_to(
    executor, driver, clock, inputs, caplog
) -> None:
    driver.does["originate"].append(Refused("PJSIP/+4930123456@provider is no endpoint"))
    executor.run([Dial(NODE, A, "{number}@provider", ContactId("c1"), "", 35_000, STAMP)])
    await clock.settle()
    assert len(inputs) == 1 and "30123456" not in repr(inputs) + caplog.text


async def test_digits_are_in_no_message_that_a_failure_leads_to(executor, driver, clock, inputs, caplog) -> None:
    driver.does["send_digits"].append(Refused("cannot send 12#"))
    executor.run([SendDigits(NODE, A, 7), SendDigits(NODE, A, 8)])
    await clock.settle()
    assert driver.names() == ["send_digits"]  # the second are not known
    assert [each.failure for each in inputs] == [Failure.REFUSED, Failure.REFUSED]
    assert "12#" not in repr(inputs) + caplog.text


async def test_commands_of_one_leg_keep_their_order_and_others_pass(executor, driver, clock) -> None:
    slow = later()
    driver.does["answer"].append(slow)
    executor.run([Answer(NODE, A), Music(NODE, A), Ring(NODE, B), StopMusic(NODE, A)])
    await clock.settle()
    assert driver.names() == ["answer", "ring"]
    slow.set_result(None)
    await clock.settle()
    assert driver.names() == ["answer", "ring", "music", "stop_music"]


async def test_a_join_waits_for_both_legs_and_holds_both_up(executor, driver, clock) -> None:
    first, second, joining = later(), later(), later()
    driver.does["answer"].extend([first, second])
    driver.does["join"].append(joining)
    executor.run(
        [Answer(NODE, A), Answer(NODE, B), Join(NODE, BRIDGE, (A, B), STAMP), HangUp(NODE, A), HangUp(NODE, B)]
    )
    await clock.settle()
    assert driver.names() == ["answer", "answer"]
    first.set_result(None)
    await clock.settle()
    assert driver.names() == ["answer", "answer"]
    second.set_result(None)
    await clock.settle()
    assert driver.names() == ["answer", "answer", "join"]
    executor.run([Release(NODE, BRIDGE)])
    await clock.settle()
    assert len(driver.names()) == 3
    joining.set_result(None)
    await clock.settle()
    assert sorted(driver.names()[3:]) == ["hang_up", "hang_up", "release"]
    assert executor.busy == 0


async def test_nothing_is_kept_of_what_has_ended(executor, driver, clock) -> None:
    for number in range(100):
        executor.run([Answer(NODE, LegId(f"l{number}")), HangUp(NODE, LegId(f"l{number}"))])
    await clock.settle()
    assert len(driver.calls) == 200
    assert (executor.busy, executor._tails, executor._tasks) == (0, {}, set())
    assert clock.next_due() is None


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (LegGone("x"), Failure.GONE),
        (Refused("x"), Failure.REFUSED),
        (CommandTimedOut("x"), Failure.TIMED_OUT),
        (LinkLost("x"), Failure.LINK_LOST),
        (Unsupported("x"), Failure.UNSUPPORTED),
        (PbxError("x"), Failure.REFUSED),
    ],
)
async def test_each_failure_comes_back_and_the_next_command_goes_on(
    executor, driver, clock, inputs, error, failure
) -> None:
    driver.does["answer"].append(error)
    executor.run([Answer(NODE, A), HangUp(NODE, A)])
    await clock.settle()
    (failed,) = inputs
    assert (failed.command, failed.node, failed.failure, failed.leg, failed.bridge) == (
        "Answer",
        NODE,
        failure,
        A,
        None,
    )
    assert driver.names() == ["answer", "hang_up"]


async def test_a_failed_join_names_its_bridge(executor, driver, clock, inputs) -> None:
    driver.does["join"].append(LegGone("a is gone"))
    executor.run([Join(NODE, BRIDGE, (A, B), STAMP)])
    await clock.settle()
    assert (inputs[0].leg, inputs[0].bridge) == (None, BRIDGE)


async def test_a_defect_of_a_driver_is_logged_and_taken_as_refused(executor, driver, clock, inputs, caplog) -> None:
    driver.does["answer"].append(ZeroDivisionError("4930123456"))
    executor.run([Answer(NODE, A)])
    await clock.settle()
    assert inputs[0].failure is Failure.REFUSED
    assert "ZeroDivisionError" in caplog.text


async def test_a_command_that_hangs_ends_at_its_deadline(executor, driver, clock, inputs) -> None:
    hanging = later()
    driver.does["answer"].append(hanging)
    executor.run([Answer(NODE, A), HangUp(NODE, A)])
    await clock.advance(4_999)
    assert inputs == []
    await clock.advance(1)
    assert inputs[0].failure is Failure.TIMED_OUT
    assert hanging.cancelled()
    assert driver.names() == ["answer", "hang_up"]


async def test_a_driver_that_will_not_be_cancelled_holds_nobody_up(executor, driver, clock, inputs) -> None:
    release = later()

    async def stubborn(leg: LegId) -> None:
        try:
            await asyncio.shield(release)
        except asyncio.CancelledError:
            await release
            raise LegGone("too late to matter") from None

    driver.answer = stubborn
    executor.run([Answer(NODE, A), HangUp(NODE, A)])
    await clock.advance(5_000)
    assert driver.names() == ["hang_up"]
    release.set_result(None)
    await clock.settle()
    assert [failed.failure for failed in inputs] == [Failure.TIMED_OUT]


async def test_callers_data_is_in_no_detail_and_no_log(executor, driver, clock, inputs, caplog) -> None:
    driver.does["originate"].append(Refused("callerId Ada <+4930123456> is not valid"))
    driver.does["answer"].append(Refused("dialled 004930999999 is barred"))
    executor.run([ORIGINATE, Answer(NODE, B)])
    await clock.settle()
    assert [failed.detail for failed in inputs] == ["callerId … <…> is not valid", "dialled … is barred"]
    assert "Ada" not in caplog.text
    assert "4930" not in caplog.text


async def test_without_a_link_commands_fail_at_once(executor, driver, clock, inputs) -> None:
    executor.link_down(NODE)
    executor.run([Answer(NODE, A), HangUp(NODE, A)])
    assert [failed.failure for failed in inputs] == [Failure.LINK_LOST] * 2
    assert driver.calls == []


async def test_a_lost_link_fails_what_is_under_way_in_order_and_nothing_of_it_is_sent_later(
    executor, driver, clock, inputs
) -> None:
    hanging = later()
    driver.does["answer"].append(hanging)
    executor.run([Answer(NODE, A), Music(NODE, A), StopMusic(NODE, A)])
    await clock.settle()
    executor.link_down(NODE)
    assert [failed.command for failed in inputs] == ["Answer", "Music", "StopMusic"]
    executor.link_up(NODE)
    await clock.advance(10_000)
    assert driver.names() == ["answer"]
    assert len(inputs) == 3
    executor.run([HangUp(NODE, A)])
    await clock.settle()
    assert driver.names() == ["answer", "hang_up"]


async def test_after_fencing_nothing_is_sent_and_nothing_said(executor, driver, clock, inputs) -> None:
    hanging = later()
    driver.does["answer"].append(hanging)
    executor.run([Answer(NODE, A), HangUp(NODE, A)])
    await clock.settle()
    executor.fence(NODE)
    executor.link_up(NODE)
    executor.run([HangUp(NODE, B)])
    await clock.advance(10_000)
    assert driver.names() == ["answer"]
    assert inputs == []
    assert executor.busy == 0


async def test_the_end_waits_for_commands_but_not_for_ever(executor, driver, clock, inputs) -> None:
    quick, hanging = later(), later()
    driver.does["answer"].extend([quick, hanging])
    executor.run([Answer(NODE, A), HangUp(NODE, A), Answer(NODE, B), HangUp(NODE, B)])
    await clock.settle()
    closing = asyncio.ensure_future(executor.close(2_000))
    await clock.advance(1_000)
    quick.set_result(None)
    await clock.settle()
    assert driver.names() == ["answer", "answer", "hang_up"]
    assert not closing.done()
    await clock.advance(1_000)
    await closing
    assert hanging.cancelled()
    assert inputs == []
    assert executor.busy == 0


async def test_the_end_comes_at_once_when_nothing_is_under_way(executor, driver, clock) -> None:
    executor.run([Answer(NODE, A), HangUp(NODE, A)])
    closing = asyncio.ensure_future(executor.close())
    await clock.settle()
    assert closing.done()
    assert driver.names() == ["answer", "hang_up"]
