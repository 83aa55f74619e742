"""From which figure on a queue asks for a person: thresholds of the wall-board."""

from typing import Annotated

import msgspec
from msgspec import Meta

from cordpair.config.kinds import DAY_MS

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Wait = Annotated[int, Meta(ge=0, le=DAY_MS, extra={"kind": "duration"})]


class Alarms(msgspec.Struct, frozen=True):
    """Left out in a queue: as in ``[alarms]``; left out there: none. 0: none, whatever stands there.

    ``waiting``, ``longest_wait`` and ``expected_wait`` are reached, ``abandon_rate`` is passed, ``service_level`` and
    ``ready_below`` are not reached. The two shares are of the day, and count from ``least_offered`` contacts on."""

    waiting: Count | None = None
    longest_wait: Wait | None = None
    expected_wait: Wait | None = None
    service_level: Percent | None = None
    abandon_rate: Percent | None = None
    ready_below: Count | None = None
    least_offered: Count | None = None

    def over(self, usual: "Alarms") -> "Alarms":
        """With what is left out here as it usually is."""
        own = msgspec.structs.asdict(self)
        return Alarms(**{name: getattr(usual, name) if own[name] is None else own[name] for name in own})


__all__ = ["Alarms"]
