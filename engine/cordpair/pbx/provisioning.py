"""What ``cordpair provision`` asks of a driver's package: the text of what its PBX needs, and having it read again.

A provisioner is found by the scheme of a PBX's URL in the entry-point group ``cordpair.provisioners``; without one
there is a PBX that nobody provisions. Rendering is pure: the same plan gives the same files.
"""

import re
from collections.abc import Mapping
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import msgspec

from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId

GROUP = "cordpair.provisioners"


class Registration(msgspec.Struct, frozen=True):
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Registration({self.user})"


class TrunkPlan(msgspec.Struct, frozen=True, kw_only=True):
    """``addresses``: host or host:port; ours go to the first. ``options_s``: 0 is never. ``dialled``: calls go out."""

    name: str
    addresses: tuple[str, ...]
    caller_id_from: str  # from, pai, rpid
    codecs: tuple[str, ...]  # alaw, ulaw, g722, opus
    dtmf: str  # rfc4733, auto
    options_s: int
    dialled: bool = False
    registration: Registration | None = None


class PeerPlan(msgspec.Struct, frozen=True):
    """Another PBX of the same centre: what this one calls the trunk, and its host or host:port."""

    name: str
    address: str


class DoorPlan(msgspec.Struct, frozen=True):
    """Where the gateway finds the PBX's SIP over WebSocket. ``key``: by which the PBX knows it, where it has one."""

    url: str
    phones_url: str
    key: str = ""

    def __repr__(self) -> str:
        return f"DoorPlan({self.url})"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one PBX is to know. Host, port and user are those by which the engine reaches it."""

    node: NodeId
    cell: str
    scheme: str
    host: str
    port: int | None
    user: str
    password: str
    trunks: tuple[TrunkPlan, ...] = ()
    peers: tuple[PeerPlan, ...] = ()
    door: DoorPlan | None = None
    refers: bool = False  # who waits may be sent to another PBX

    def __repr__(self) -> str:
        return f"Plan({self.node})"


class Text(msgspec.Struct, frozen=True):
    """One file. ``secret``: others may not read it. ``once``: written where there is none, and never changed after."""

    text: str
    comment: tuple[str, str] = ("; ", "")  # what begins and ends a line of comment
    secret: bool = False
    once: bool = False


class Reloaded(msgspec.Struct, frozen=True):
    """What the PBX has read again, and what it will read only when it is restarted (or told by hand)."""

    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Provisioner(Protocol):
    """Of one PBX's driver."""

    directory: str  # where the PBX has its configuration, usually
    own: str  # the folder below it that is the operator's
    secrets: re.Pattern[str]  # group 1 is what may be shown of a line with a secret

    def files(self, plan: Plan) -> Mapping[str, Text]:
        """By path below the directory. Pure but for reading what the package ships. Raises ConfigurationError naming
        the key that this PBX cannot have so."""

    async def reload(self, plan: Plan, url: str, changed: Mapping[str, str]) -> Reloaded:
        """Have a running PBX read what was changed (path → new text; empty: removed). Calls stay. Raises PbxError."""


def find_provisioner(scheme: str) -> Provisioner | None:
    for point in entry_points(group=GROUP):
        if point.name == scheme:
            found: Provisioner = point.load()
            return found
    return None


def kinds() -> dict[str, tuple[str, ...]]:
    """The kinds of PBX that can be provisioned, each with its schemes: what stands before the ``+``."""
    found: dict[str, tuple[str, ...]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        kind = point.name.partition("+")[0]
        found[kind] = (*found.get(kind, ()), point.name)
    return found


def shipped(package: str, source: Path) -> dict[str, str]:
    """What a driver's package ships for its PBX, by path: in a wheel it lies in the package's folder ``shipped``, in a
    checkout at ``source``."""
    packed = Path(str(resources.files(package))) / "shipped"
    folder = packed if packed.is_dir() else source
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def host_of(address: str) -> str:
    """Without the port and the brackets: ``192.0.2.1`` of ``192.0.2.1:5060``, ``2001:db8::1`` of ``[2001:db8::1]``."""
    return address[1:].partition("]")[0] if address.startswith("[") else address.partition(":")[0]


def harmless(value: str, key: str) -> str:
    """A value that stands in a line of configuration. Raises ConfigurationError naming the key, never the value."""
    if not value or not value.isprintable() or value != value.strip():
        raise ConfigurationError(f"{key}: has characters that cannot stand in a PBX's configuration.")
    return value


__all__ = [
    "DoorPlan",
    "PeerPlan",
    "Plan",
    "Provisioner",
    "Registration",
    "Reloaded",
    "Text",
    "TrunkPlan",
    "find_provisioner",
    "harmless",
    "host_of",
    "kinds",
    "shipped",
]
