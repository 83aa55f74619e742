"""Our mark on the PBX: channel variables on legs. They come back in every event and in uuid_dump. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from cordpair.acd.inputs import Stamp
from cordpair.ids import BridgeId
from cordpair_freeswitch.esl import Event

VARIABLES = {
    "cell": "cp_cell",
    "contact": "cp_contact",
    "visit": "cp_visit",
    "offer": "cp_offer",
    "role": "cp_role",
    "bridge": "cp_bridge",
}
WITHIN = "cp_within"  # the bridge that the leg is in, and the bridge's stamp
RECORDINGS = "cp_recordings"
SPYING = "cp_spying"
APP_PREFIX = "cordpair-"
# On every leg of ours: it outlives the one it was joined with.
STAYS = {"park_after_bridge": "true", "hangup_after_bridge": "false"}


def variables_of(stamp: Stamp) -> dict[str, str]:
    """The stamp as channel variables: only what is set."""
    values = {variable: str(getattr(stamp, field)) for field, variable in VARIABLES.items()}
    return {variable: value for variable, value in values.items() if value}


def stamp_of(event: Event) -> Stamp | None:
    """The stamp of any cell on this leg."""
    if not event.cell:
        return None
    return Stamp(
        cell=event.cell,
        contact=event.stamp_contact,
        visit=event.stamp_visit,
        offer=event.stamp_offer,
        role=event.stamp_role,
        bridge=event.stamp_bridge,
    )


def within(bridge: BridgeId, stamp: Stamp) -> str:
    """The value of ``cp_within``."""
    fields: Mapping[str, str] = {field: getattr(stamp, field) for field in VARIABLES}
    return urlencode({"id": bridge, **{field: value for field, value in fields.items() if value}})


def bridge_of(value: str) -> tuple[BridgeId, Stamp] | None:
    """What ``within`` wrote."""
    fields = dict(parse_qsl(value))
    if "id" not in fields or "cell" not in fields:
        return None
    return BridgeId(fields["id"]), Stamp(**{field: fields.get(field, "") for field in VARIABLES})


def app_of(cell: str) -> str:
    return APP_PREFIX + cell


__all__ = [
    "RECORDINGS",
    "SPYING",
    "STAYS",
    "VARIABLES",
    "WITHIN",
    "app_of",
    "bridge_of",
    "stamp_of",
    "variables_of",
    "within",
]
