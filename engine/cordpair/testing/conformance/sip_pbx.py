"""What has to be said about a PBX that SIP people can reach, so that the suite can be run on it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cordpair.errors import ConfigurationError
from cordpair.testing.people import Address

SEATS = 3


class Seat(msgspec.Struct, frozen=True):
    """An account of a phone on the PBX. ``endpoint`` is what the driver rings; without it, the user."""

    user: str
    password: str
    endpoint: str = ""

    @property
    def name(self) -> str:
        return self.endpoint or self.user

    def __repr__(self) -> str:
        return f"Seat({self.name})"


class SipPbx(msgspec.Struct, frozen=True, kw_only=True):
    """One PBX. SIP is spoken over UDP; addresses are numbers, since nobody looks a name up.

    - ``url`` is the driver's, with host and port: for ``cut_link`` the driver connects through a relay.
    - ``phone_sip`` is where phones register, ``caller_sip`` where callers call; without it, the same.
    - ``caller_address`` and ``phone_address`` are this machine's, from which either speaks. A PBX that knows its trunk
      by address needs callers to have one of their own. Without them, the one from which the PBX is reached.
    - ``domain`` is what stands behind the @ of a phone's account; without it, host and port of ``phone_sip``.
    - ``music_tones``: the tones of the music in hertz, where they are known (multiples of 10). Without them, any
      lasting sound that is nobody's voice is music.
    """

    url: str
    phone_sip: Address
    seats: Sequence[Seat]
    caller_sip: Address | None = None
    caller_address: str = ""
    phone_address: str = ""
    domain: str = ""
    node: str = "pbx"
    cell: str = "main"
    dialled: str = "4711"
    unknown_seat: str = "nobody"
    prompt: str = "cordpair/welcome"
    missing_prompt: str = "no-such-prompt"
    music: str = "default"
    music_tones: Sequence[int] = ()
    target: str = ""  # a SIP URI; without it, one at the callers' own address
    restart: str = ""  # a shell command that ends the PBX at once and starts it again

    def __post_init__(self) -> None:
        if len(self.seats) < SEATS:
            raise ConfigurationError(f"the suite needs {SEATS} seats; there are {len(self.seats)}")
        parts = urlsplit(self.url)
        if not parts.hostname or not parts.port:
            raise ConfigurationError(
                f"the URL of the PBX must name host and port, as {parts.scheme}://…@127.0.0.1:8088"
            )

    def __repr__(self) -> str:
        return f"SipPbx({urlsplit(self.url).hostname})"


# ---------------------------------------------------------------- as people write it


def address(text: str, what: str) -> Address:
    """``HOST:PORT`` in numbers."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigurationError(f"{what}: {text!r} is not HOST:PORT, as 127.0.0.1:5060")
    return host, int(port)


def seats(lines: Sequence[str], what: str) -> tuple[Seat, ...]:
    """``USER:PASSWORD`` each, and ``USER:PASSWORD:ENDPOINT`` where the driver calls the seat something else."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, lines)), 1):
        user, _, rest = line.partition(":")
        password, _, endpoint = rest.partition(":")
        if not user or not password:
            raise ConfigurationError(f"{what}: no. {number} is not USER:PASSWORD")
        found.append(Seat(user, password, endpoint))
    return tuple(found)


def seats_of_file(path: Path) -> tuple[Seat, ...]:
    """A line each; lines that begin with # say nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as why:
        raise ConfigurationError(f"seats: {path}: {why.strerror}") from None
    return seats([line for line in text.splitlines() if not line.lstrip().startswith("#")], str(path))


# Variables whose value is taken as it is, by the field that it fills.
PLAIN = (
    *("caller_address", "phone_address", "domain", "cell", "dialled", "unknown_seat"),
    *("prompt", "missing_prompt", "music", "target", "restart"),
)


def from_environment(prefix: str, environment: Mapping[str, str], node: str = "pbx") -> SipPbx | None:
    """The PBX that variables describe; None without ``<prefix>_URL``.

    ``<prefix>_SIP`` is the phones' and ``_CALLER_SIP`` the callers' HOST:PORT; ``_SEATS`` holds accounts, separated by
    spaces, or ``_SEATS_FILE`` names a file with one a line; ``_MUSIC_TONES`` are numbers. All other fields of SipPbx
    are called as they are: ``_CALLER_ADDRESS``, ``_DOMAIN``, ``_RESTART`` …
    """

    def value(name: str) -> str:
        return environment.get(f"{prefix}_{name}", "")

    if not value("URL"):
        return None
    file = value("SEATS_FILE")
    given = {field: value(field.upper()) for field in PLAIN if value(field.upper())}
    return SipPbx(
        url=value("URL"),
        phone_sip=address(value("SIP"), f"{prefix}_SIP"),
        caller_sip=address(value("CALLER_SIP"), f"{prefix}_CALLER_SIP") if value("CALLER_SIP") else None,
        seats=seats_of_file(Path(file)) if file else seats(value("SEATS").split(), f"{prefix}_SEATS"),
        music_tones=tuple(int(tone) for tone in value("MUSIC_TONES").split()),
        node=node,
        **given,
    )


__all__ = ["Seat", "SipPbx", "address", "from_environment", "seats", "seats_of_file"]
