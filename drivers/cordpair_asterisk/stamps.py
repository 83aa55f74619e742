"""Our mark on the PBX: channel variables on legs, the name on bridges.

Channel variables come back in every channel snapshot through ``channelvars`` of ari.conf. Bridges have variables only
in the newest Asterisk, but a name everywhere, and the name is part of every bridge snapshot.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from cordpair.acd.inputs import Stamp
from cordpair.ids import LegId, RecordingId
from cordpair_asterisk.wire import Bridge, Channel

VARIABLES = {
    "cell": "CP_CELL",
    "contact": "CP_CONTACT",
    "visit": "CP_VISIT",
    "offer": "CP_OFFER",
    "role": "CP_ROLE",
    "bridge": "CP_BRIDGE",
}
TECHNOLOGY = "PJSIP/"
LEG_ARGUMENT = "cordpair-leg"  # appArgs of what we originate: recognised even where channelvars is not set
BRIDGE_PREFIX = "cordpair:"
SPY_PREFIX = "cordpair-spy:"
RECORDER_PREFIX = "record-"
# Ids that Asterisk makes: "1795233517.0", "pbx1-1795233517.0". Ours hold no dot.
_MADE_BY_ASTERISK = re.compile(r"\d+\.\d+\Z")
_CHANNEL_NAME = re.compile(r"PJSIP/(.+)-[0-9a-f]{8,}\Z")
_OURS_TO_LISTEN = ("Snoop/", "Announcer/", "Recorder/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def variables_of(stamp: Stamp) -> dict[str, str]:
    """The stamp as channel variables: only what is set, each costs Asterisk work."""
    values = {variable: str(getattr(stamp, field)) for field, variable in VARIABLES.items()}
    return {variable: value for variable, value in values.items() if value}


def stamp_of(channel: Channel) -> Stamp | None:
    """The stamp of any cell on this channel."""
    if not channel.variable("CP_CELL"):
        return None
    return Stamp(**{field: channel.variable(variable) for field, variable in VARIABLES.items()})


def bridge_name(stamp: Stamp) -> str:
    fields = {field: getattr(stamp, field) for field in VARIABLES}
    return BRIDGE_PREFIX + urlencode({field: value for field, value in fields.items() if value})


def bridge_stamp(bridge: Bridge) -> Stamp | None:
    """The stamp of any cell on this bridge; spying bridges bear none."""
    if not bridge.name.startswith(BRIDGE_PREFIX):
        return None
    fields = dict(parse_qsl(bridge.name[len(BRIDGE_PREFIX) :]))
    if "cell" not in fields:
        return None
    return Stamp(**{field: fields.get(field, "") for field in VARIABLES})


def spy_bridge_id(supervisor: LegId) -> str:
    return f"spy-{supervisor}"


def spy_bridge_name(cell: str, supervisor: LegId) -> str:
    return SPY_PREFIX + urlencode({"cell": cell, "supervisor": supervisor})


def spying_supervisor(bridge: Bridge, cell: str) -> LegId | None:
    """Whose spying bridge of our cell this is."""
    if not bridge.name.startswith(SPY_PREFIX):
        return None
    fields = dict(parse_qsl(bridge.name[len(SPY_PREFIX) :]))
    return LegId(fields.get("supervisor", "")) or None if fields.get("cell") == cell else None


def recorder_id(recording: RecordingId) -> str:
    """The listening channel through which a leg is recorded; its id tells a later engine which recording runs."""
    return RECORDER_PREFIX + recording


def recorded_by(channel_id: str) -> RecordingId | None:
    found = channel_id.removeprefix(RECORDER_PREFIX)
    return RecordingId(found) if found != channel_id else None


def is_party(channel: Channel) -> bool:
    """Whether somebody is at the other end: false for the channels Asterisk makes to listen, play and record."""
    return not channel.name.startswith(_OURS_TO_LISTEN)


def made_by_asterisk(channel_id: str) -> bool:
    """Whether the channel came by itself; what we originate bears an id of ours."""
    return _MADE_BY_ASTERISK.search(channel_id) is not None


def endpoint_of(channel: Channel) -> str:
    """The PJSIP endpoint that a channel belongs to, from its name (``PJSIP/101-0000000d``)."""
    found = _CHANNEL_NAME.fullmatch(channel.name)
    return found[1] if found else ""


def caller_id(number: str, name: str) -> str:
    """``"name" <number>`` for ARI; what could end a part early is taken out."""
    shown = _CONTROL.sub(" ", name).replace('"', "'").strip()
    dialled = re.sub(r"[^0-9A-Za-z+*#._@-]", "", number)
    if shown:
        return f'"{shown}" <{dialled}>'
    return dialled


def header_variables(headers: Mapping[str, str]) -> dict[str, str]:
    """SIP headers of an originate, as chan_pjsip takes them. Raises ValueError for what is no header."""
    result = {}
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9!%*_+.-]+", name) or _CONTROL.search(value):
            raise ValueError(f"not a SIP header: {name!r}")
        result[f"PJSIP_HEADER(add,{name})"] = value
    return result


__all__ = [
    "LEG_ARGUMENT",
    "TECHNOLOGY",
    "VARIABLES",
    "bridge_name",
    "bridge_stamp",
    "caller_id",
    "endpoint_of",
    "header_variables",
    "is_party",
    "made_by_asterisk",
    "recorded_by",
    "recorder_id",
    "spy_bridge_id",
    "spy_bridge_name",
    "spying_supervisor",
    "stamp_of",
    "variables_of",
]
