"""How trunks are: what a driver tells of them, beside the calls. Optional: a driver that cannot tell has no
``observe_trunks``."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec


class TrunkStatus(StrEnum):
    UP = "up"  # it answers, whatever it answers
    DOWN = "down"
    UNKNOWN = "unknown"  # the PBX cannot say, or cannot be asked


class TrunkSeen(msgspec.Struct, frozen=True):
    """``round_trip_ms``: of the question that was answered last, where the PBX tells it."""

    trunk: str
    status: TrunkStatus
    round_trip_ms: float | None = None


@runtime_checkable
class ObservesTrunks(Protocol):
    """A driver whose PBX asks its trunks whether they live (OPTIONS)."""

    async def observe_trunks(self, trunks: tuple[str, ...], tell: Callable[[TrunkSeen], None]) -> None:
        """Tell how each is, at once and whenever it is another; until cancelled. Over a connection of its own: what it
        does never delays a call. Raises PbxError when that ends."""


__all__ = ["ObservesTrunks", "TrunkSeen", "TrunkStatus"]
