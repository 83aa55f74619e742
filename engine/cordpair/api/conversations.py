"""What the agent of a conversation does with the contact: an agent's key on their own, a leader's on anybody's."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from cordpair.acd.inputs import Dispose, EndContact, HangUpContact, Hold, SendDigits, Transfer
from cordpair.api.call import Call
from cordpair.api.contacts import get_contact, seen
from cordpair.api.errors import Forbidden, Invalid, Refused
from cordpair.ids import AgentId, ContactId, QueueId

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class HoldBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool = True  # false: the two talk again


class TransferBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of the two."""

    queue: Name | UnsetType = UNSET
    agent: Name | UnsetType = UNSET


class DigitsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """They are in no journal and no log."""

    digits: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[0-9A-D*#]+$")]


class DispositionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agent``: whose conversation it was; of an agent's key that is known."""

    disposition: Name
    agent: Name | UnsetType = UNSET


async def hold(call: Call) -> bytes:
    contact, agent = await _talk(call)
    body: HoldBody = call.body
    await call.ask(Hold(contact, agent, body.on))
    return await get_contact(call)


async def transfer(call: Call) -> None:
    body: TransferBody = call.body
    contact, agent = await _talk(call)
    if (body.queue is UNSET) == (body.agent is UNSET):
        raise Invalid("Give queue or agent: exactly one of them.")
    if body.queue is not UNSET:
        await call.ask(Transfer(contact, agent, queue=QueueId(body.queue)))
    elif body.agent is not UNSET:
        await call.ask(Transfer(contact, agent, to=AgentId(body.agent)))


async def send_digits(call: Call) -> None:
    body: DigitsBody = call.body
    if not body.digits.isprintable():  # the pattern's end allows a line feed
        raise Invalid("Digits are 0 to 9, A to D, * and #.", "digits")
    contact, agent = await _talk(call)
    await call.ask(SendDigits(contact, agent, body.digits))


async def hang_up(call: Call) -> None:
    """By an agent's key as by their phone; by a leader's key whoever it is, also one who waits."""
    if call.scope.own_only:
        await call.ask(HangUpContact(*await _talk(call)))
    else:
        await call.ask(EndContact((await seen(call)).id))


async def dispose(call: Call) -> None:
    """Also of a contact that has ended, as long as the agent wraps it up."""
    body: DispositionBody = call.body
    wanted = AgentId(body.agent) if body.agent is not UNSET else call.scope.agent
    if wanted is None:
        raise Invalid("Say whose conversation it was.", "agent")
    call.must_be_about(wanted)
    await call.ask(Dispose(ContactId(call.id), wanted, body.disposition))


async def _talk(call: Call) -> tuple[ContactId, AgentId]:
    """The conversation that there is. Raises NotFound, Forbidden, Refused."""
    view = await seen(call)
    if call.scope.own_only and view.agent != call.scope.agent:
        raise Forbidden("An agent may do that in a conversation of their own only.")
    if view.agent is None:
        raise Refused("Nobody talks to this contact.")
    return view.id, view.agent


__all__ = [
    "DigitsBody",
    "DispositionBody",
    "HoldBody",
    "TransferBody",
    "dispose",
    "hang_up",
    "hold",
    "send_digits",
    "transfer",
]
