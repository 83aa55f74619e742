"""Which method of the driver port carries out which command."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

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
from cordpair.acd.inputs import Caller
from cordpair.ids import BridgeId, ContactId, LegId
from cordpair.pbx import Driver, OriginateRequest, Refused

CONTEXT_HEADER = "X-Context-Id"
NUMBER = re.compile(r"\+?[0-9*#]{1,32}\Z")


class Desk(Protocol):
    """What a command leaves out, because it may not be journaled or because the operator decides it."""

    def caller(self, contact: ContactId) -> Caller: ...

    def dialled(self, contact: ContactId) -> str:
        """What a trunk is sent to reach them."""

    def medium(self, prompt: str) -> str:
        """What the PBX calls the prompt."""

    def digits(self, kept: int) -> str:
        """Once; empty when they are not known any more."""


Carry = Callable[[Driver, Any, Desk], Awaitable[None]]


def _originate(driver: Driver, command: Originate, desk: Desk) -> Awaitable[None]:
    caller = desk.caller(command.contact)
    return driver.originate(
        OriginateRequest(
            leg=command.leg,
            endpoint=command.endpoint,
            timeout_ms=command.timeout_ms,
            stamp=command.stamp,
            caller_number=caller.number,
            caller_name=caller.name,
            originator=command.originator,
            headers={CONTEXT_HEADER: command.context_id} if command.context_id else {},
        )
    )


async def _dial(driver: Driver, command: Dial, desk: Desk) -> None:
    """A number that somebody else wrote into the record, or that was erased meanwhile, is not dialled."""
    number = desk.dialled(command.contact)
    if not NUMBER.match(number):
        raise Refused("the number is not known any more")
    await driver.originate(
        OriginateRequest(
            leg=command.leg,
            endpoint=command.dial.replace("{number}", number),
            timeout_ms=command.timeout_ms,
            stamp=command.stamp,
            caller_number=command.caller_id,
        )
    )


async def _send_digits(driver: Driver, command: SendDigits, desk: Desk) -> None:
    digits = desk.digits(command.kept)
    if not digits:
        raise Refused("the digits are not known any more")
    await driver.send_digits(command.leg, digits)


DISPATCH: dict[type[Command], Carry] = {
    Answer: lambda driver, command, desk: driver.answer(command.leg),
    Ring: lambda driver, command, desk: driver.ring(command.leg),
    StampLeg: lambda driver, command, desk: driver.stamp(command.leg, command.stamp),
    HangUp: lambda driver, command, desk: driver.hang_up(command.leg, command.cause),
    Redirect: lambda driver, command, desk: driver.redirect(command.leg, command.target),
    Refer: lambda driver, command, desk: driver.refer(command.leg, command.target),
    Originate: _originate,
    Dial: _dial,
    Join: lambda driver, command, desk: driver.join(command.bridge, command.legs, command.stamp),
    Leave: lambda driver, command, desk: driver.leave(command.bridge, command.legs),
    Release: lambda driver, command, desk: driver.release(command.bridge),
    Music: lambda driver, command, desk: driver.music(command.leg, command.name),
    SendDigits: _send_digits,
    StopMusic: lambda driver, command, desk: driver.stop_music(command.leg),
    Play: lambda driver, command, desk: driver.play(command.leg, command.play, desk.medium(command.prompt)),
    StopPlay: lambda driver, command, desk: driver.stop_play(command.leg, command.play),
}


def legs_of(command: Command) -> tuple[str, ...]:
    """What the command must keep its order on: every leg it names, and the bridge."""
    if isinstance(command, Join | Leave):
        return (*command.legs, command.bridge)
    if isinstance(command, Release):
        return (command.bridge,)
    return (command.leg,)


def reaches(command: Command) -> tuple[LegId | None, BridgeId | None]:
    """The leg and the bridge by which a failure is reported."""
    if isinstance(command, Join | Leave):
        return command.legs[0] if len(command.legs) == 1 else None, command.bridge
    if isinstance(command, Release):
        return None, command.bridge
    return command.leg, None


__all__ = ["CONTEXT_HEADER", "DISPATCH", "Carry", "Desk", "legs_of", "reaches"]
