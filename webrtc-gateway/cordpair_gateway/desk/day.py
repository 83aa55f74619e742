"""What an agent did today: from the store as of a moment, and from then on what the tables count. Pure."""

from datetime import UTC, datetime

import msgspec

from cordpair.acd.model import AgentRow
from cordpair.store import Day


class Today(msgspec.Struct, frozen=True):
    """``calls`` and ``talk_ms``: what there was before the row's own counts began to count."""

    until: int  # the next midnight here
    calls: int
    talk_ms: int

    def figures(self, row: AgentRow) -> dict[str, int]:
        return {"calls": self.calls + row.calls, "talk_s": (self.talk_ms + row.talk_ms) // 1_000}


def today(day: Day, calls: int, talk_ms: int, until: int) -> Today:
    """``calls`` and ``talk_ms``: of the agent's row when the day was asked for."""
    return Today(until, day.calls - calls, day.talk_ms - talk_ms)


def midnights(now_ms: int) -> tuple[int, int]:
    """The last and the next one, where this machine is. A day may have 23 hours or 25."""
    today = datetime.fromtimestamp(now_ms / 1_000, UTC).astimezone().toordinal()
    last, following = (datetime.fromordinal(day).astimezone().timestamp() for day in (today, today + 1))
    return round(last * 1_000), round(following * 1_000)


__all__ = ["Today", "midnights", "today"]
