"""What the runtime needs of the core: ``cordpair.acd``'s ``Acd``, or what a test puts in its place."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from cordpair.acd.commands import Command
from cordpair.acd.events import Event
from cordpair.acd.inputs import Input
from cordpair.acd.model import State


class Decided(Protocol):
    """``Acd``'s Decision."""

    @property
    def events(self) -> Sequence[Event]: ...

    @property
    def commands(self) -> Sequence[Command]: ...

    @property
    def refusal(self) -> str | None: ...


class Core(Protocol):
    @property
    def state(self) -> State: ...

    def receive(self, input: Input, now_ms: int, /) -> Decided: ...

    def next_deadline(self) -> int | None: ...


class Folding(Core, Protocol):
    """A core that can be brought back from a journal."""

    def fold(self, events: Iterable[Event], at_ms: int, /) -> None: ...

    def rebuild(self) -> None: ...


__all__ = ["Core", "Decided", "Folding"]
