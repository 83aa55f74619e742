"""What a phone must know to register. Pure."""

import msgspec


class PhoneSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``registrar``: ``host`` or ``host:port``. ``transport``: udp, tcp or tls. ``shown_as``: may be empty."""

    user: str
    password: str
    realm: str
    registrar: str
    transport: str = "udp"
    shown_as: str = ""

    @property
    def server(self) -> str:
        """As a SIP URI."""
        return f"sip:{self.registrar};transport={self.transport}"

    @property
    def identity(self) -> str:
        """Who calls: the registrar's name without its port."""
        return f"sip:{self.user}@{host_of(self.registrar)}"

    def __repr__(self) -> str:
        return f"PhoneSettings(user={self.user!r})"


def host_of(registrar: str) -> str:
    """Without the port; an IPv6 address keeps its brackets."""
    host, colon, port = registrar.rpartition(":")
    return host if colon and port.isdigit() else registrar


__all__ = ["PhoneSettings", "host_of"]
