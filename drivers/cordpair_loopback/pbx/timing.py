"""The clock as the PBX sees it: any that has these two methods. Nothing in this package reads another one."""

from collections.abc import Callable
from typing import Protocol


class Handle(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    def now_ms(self) -> int: ...
    def call_later(self, delay_ms: int, callback: Callable[[], None]) -> Handle: ...


__all__ = ["Clock", "Handle"]
