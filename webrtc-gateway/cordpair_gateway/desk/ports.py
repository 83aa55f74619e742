"""What a desk stands on, beside the engine: the agent's browser phone, and the customer's page."""

from typing import Protocol

import msgspec

from cordpair.ids import AgentId, ContactId
from cordpair_gateway.turn import IceServer


class PhoneAccount(msgspec.Struct, frozen=True):
    """What a browser phone registers with. The token in ``url`` lets one phone register, once. Never logged."""

    url: str
    uri: str
    password: str
    until: int
    ice_servers: list[IceServer] = []

    def __repr__(self) -> str:
        return f"PhoneAccount({self.uri!r})"


class Phones(Protocol):
    async def issue(self, agent: AgentId) -> PhoneAccount | None:
        """For one registration. None: the agent's phone is no browser. Raises CordpairError."""

    async def remove(self, agent: AgentId) -> None:
        """The agent went: the account is no good any more. Raises CordpairError."""


class Sharing(Protocol):
    """The customer's session, and the page in it."""

    def ask_share(self, contact: ContactId) -> bool:
        """Ask the customer; whether there is a browser that can be asked."""

    def point(self, contact: ContactId, x: float, y: float) -> None: ...

    def is_asked(self, contact: ContactId) -> bool: ...


__all__ = ["PhoneAccount", "Phones", "Sharing"]
