"""A visit as it is counted, from its offer to the end of the wrap-up that follows it."""

import msgspec

from cordpair.acd.configuration import Step
from cordpair.reports.raw import Place, Sums, interval_of


class Stay(msgspec.Struct):
    """What is known of one visit so far. It is counted anew until nothing of it can change any more."""

    contact: str
    queue: str
    service: str
    skills: tuple[str, ...]
    began_at: int
    is_first: bool  # of its contact
    is_call_back: bool
    is_placed: bool = False  # see ``acd.events_placed``: nobody waits in it
    outcome: str = ""
    waited_ms: int = 0
    agent: str = ""
    held_since: int | None = None
    holds: int = 0
    hold_ms: int = 0
    talk_ms: int = 0  # without holds
    ended_by: str = ""
    wrap_up_since: int | None = None
    wrap_up_ms: int = 0
    disposition: str = ""

    @property
    def place(self) -> Place:
        start = interval_of(self.began_at)
        return Place(start, self.queue, self.service, self.skills, self.agent, self.disposition)

    def hold(self, at: int) -> None:
        if self.held_since is None:
            self.held_since = at
            self.holds += 1

    def resume(self, at: int) -> None:
        if self.held_since is not None:
            self.hold_ms += max(0, at - self.held_since)
            self.held_since = None

    def hang_up(self, at: int, together_ms: int, by: str) -> None:
        """``together_ms``: the conversation, holds included."""
        self.resume(at)
        self.hold_ms = min(self.hold_ms, together_ms)
        self.talk_ms = together_ms - self.hold_ms
        self.ended_by = by

    def finish(self, at: int) -> None:
        """The wrap-up is over."""
        if self.wrap_up_since is not None:
            self.wrap_up_ms = max(0, at - self.wrap_up_since)
            self.wrap_up_since = None

    def count(self, sums: Sums) -> None:
        place = self.place
        if self.is_placed:
            sums.add(place, "placed")
            sums.add(place, f"placed.{self.outcome}" if self.outcome else "placing")
        else:
            self._count_wait(place, sums)
        if self.agent:
            sums.add(place, "conversations")
            self._count_conversation(place, sums)

    def _count_wait(self, place: Place, sums: Sums) -> None:
        sums.add(place, "offered")
        sums.add(place, "contacts", int(self.is_first))
        sums.add(place, "call_backs", int(self.is_call_back))
        if not self.outcome:
            sums.add(place, "waiting")
        else:
            sums.add(place, f"outcome.{self.outcome}")
            sums.add(place, f"waited_ms.{self.outcome}", self.waited_ms)
            sums.add(place, f"wait.{self.outcome}.{-(-self.waited_ms // 1_000)}")

    def _count_conversation(self, place: Place, sums: Sums) -> None:
        if not self.ended_by:
            sums.add(place, "talking")
            return
        sums.add(place, "handled")
        sums.add(place, f"ended_by.{self.ended_by}")
        sums.add(place, "talk_ms", self.talk_ms)
        sums.add(place, "hold_ms", self.hold_ms)
        sums.add(place, "holds", self.holds)
        sums.add(place, "in_wrap_up", int(self.wrap_up_since is not None))
        sums.add(place, "wrap_up_ms", self.wrap_up_ms)


def skills_of(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """What a visit asks for at first: of its later steps nobody would say that it was such a visit."""
    return tuple(sorted(steps[0].levels)) if steps else ()


__all__ = ["Stay", "skills_of"]
