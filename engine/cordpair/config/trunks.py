"""SIP trunks, as a PBX is given them: who is there, how its calls are read, whether it is asked if it lives."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordpair.config.kinds import Address, PbxName, Secret

NUMBER = r"^[0-9A-Za-z+*#._-]{1,64}$"
LOGIN = r"^[0-9A-Za-z+._-]{1,64}$"

CallerIdSource = Literal["from", "pai", "rpid"]
Codec = Literal["alaw", "ulaw", "g722", "opus"]


class Register(msgspec.Struct, frozen=True):
    """What a provider wants who does not know us by our address."""

    user: Annotated[str, Meta(pattern=LOGIN)]
    password: Secret


class SipTrunk(msgspec.Struct, frozen=True):
    """A line of ``[trunks]``. What is None (or empty, of codecs) is as its profile has it.

    ``addresses``: where its calls come from; ours go to the first. ``numbers``: of ours, which it brings calls for.
    ``options``: ms between two questions whether it lives; 0: none."""

    addresses: tuple[Address, ...]
    profile: Literal["carrier", "gsm_gateway", "pbx"] = "carrier"
    node: PbxName | None = None
    caller_id_from: CallerIdSource | None = None
    numbers: tuple[Annotated[str, Meta(pattern=NUMBER)], ...] = ()
    codecs: tuple[Codec, ...] = ()
    register: Register | None = None
    options: Annotated[int, Meta(ge=0, le=3_600_000, extra={"kind": "duration"})] | None = None


class Profile(msgspec.Struct, frozen=True):
    """What is usual for a kind of peer. See ``docs/how-to/trunks.md``."""

    caller_id_from: CallerIdSource
    codecs: tuple[Codec, ...]
    options: int
    dtmf: Literal["rfc4733", "auto"]


PROFILES: dict[str, Profile] = {
    # Its network asserts who calls; where it does not, From stands.
    "carrier": Profile("pai", ("alaw", "ulaw"), 60_000, "rfc4733"),
    # A box with SIM cards far away: it writes the caller into From, and its uplink comes and goes.
    "gsm_gateway": Profile("from", ("alaw", "ulaw"), 30_000, "auto"),
    # A PBX of the house, on the same network.
    "pbx": Profile("pai", ("alaw", "ulaw"), 30_000, "rfc4733"),
}


def settled(trunk: SipTrunk) -> Profile:
    """What counts for the trunk: its own words, and its profile's where it says nothing."""
    usual = PROFILES[trunk.profile]
    return Profile(
        trunk.caller_id_from or usual.caller_id_from,
        trunk.codecs or usual.codecs,
        usual.options if trunk.options is None else trunk.options,
        usual.dtmf,
    )


__all__ = ["LOGIN", "NUMBER", "PROFILES", "CallerIdSource", "Codec", "Profile", "Register", "SipTrunk", "settled"]
