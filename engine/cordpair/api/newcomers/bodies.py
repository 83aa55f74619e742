"""What is said about agents who come, and what is answered; see ``docs/reference/agents-api.md``."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cordpair.api.configuration.bodies import Number
from cordpair.api.people.people import LinkView

Name = Annotated[str, Meta(max_length=64)]


class NewSeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``new``: a phone in the agent's browser, or a SIP phone whose account the engine makes. ``name`` of the seat and
    ``endpoint``, the account's: made from the agent's when they are left out."""

    new: Literal["browser", "sip"]
    name: Name = ""
    endpoint: Name = ""
    node: Name | None = None


class NewAgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As in the configuration, beside ``seat`` and ``base``. ``queues``: names, or as in the configuration."""

    name: Name
    shown_as: Annotated[str, Meta(max_length=256)] = ""
    number: Annotated[str, Meta(max_length=10)] | None = None
    skills: dict[str, int] = {}
    queues: tuple[str, ...] | dict[str, dict[str, Any]] = ()
    seat: NewSeat | str | None = None
    base: Number | None = None


class LeavingQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``keep_seat``: also of a phone whose account the engine makes, and which is nobody else's."""

    keep_seat: bool = False


class PhoneSettingsView(msgspec.Struct, frozen=True):
    """``address``: from where a phone fetches its settings, once, for ``linphone``; for the other ``programs`` with
    ``?program=NAME``. ``qr``: the address as an image, a ``data:`` URI. It is shown once."""

    seat: str
    endpoint: str
    address: str
    programs: tuple[str, ...]
    qr: str
    until: datetime

    def __repr__(self) -> str:
        return f"PhoneSettingsView({self.seat!r})"


class AgentAdded(msgspec.Struct, frozen=True):
    """``password``: a link by which they choose one; None for somebody of the office who has one. ``phone``: of a SIP
    phone whose account the engine makes, and was asked for with the agent."""

    agent: str
    seat: str | None
    endpoint: str | None
    revision: int
    password: LinkView | None
    phone: PhoneSettingsView | None


class ProgramQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    program: Literal["linphone", "baresip", "sheet"] = "linphone"


__all__ = [
    "AgentAdded",
    "LeavingQuery",
    "NewAgent",
    "NewSeat",
    "PhoneSettingsView",
    "ProgramQuery",
]
