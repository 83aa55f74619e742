"""One customer's slot: what is to be shown last, whoever shows it.

Who hands something over never waits. While the browser takes what it is sent, it is sent at once; while it does not,
what is newer replaces what was not sent yet. So a slow browser costs a slot and nothing else; its line drops it.
"""

from typing import Protocol

from cordpair_gateway.views import Message, View, messages


class Screen(Protocol):
    """The browser that has the customer now."""

    @property
    def behind(self) -> bool:
        """It does not take what it is sent. ``Slot.drained`` is called when it does."""

    def show(self, message: Message) -> None:
        """Never waits."""

    def over(self) -> None:
        """The end was shown."""

    def replaced(self) -> None:
        """Another browser has the customer."""


class Slot:
    """Latest value wins: of the view, and of each type of what is said aside (``ping``, ``pointer``)."""

    __slots__ = ("_asides", "_latest", "_screen", "_shown")

    def __init__(self) -> None:
        self._shown: View | None = None
        self._latest: View | None = None
        self._asides: dict[str, Message] | None = None  # seldom any
        self._screen: Screen | None = None

    @property
    def latest(self) -> View | None:
        return self._latest

    def put(self, view: View) -> None:
        """After the end nothing is shown any more."""
        if self._latest is not None and self._latest.phase == "ended":
            return
        self._latest = view
        self.drained()

    def say(self, message: Message) -> None:
        """What is no state: the next browser does not get it again."""
        if self._screen is not None:
            self._asides = {**(self._asides or {}), message["type"]: message}
            self.drained()

    def attach(self, screen: Screen) -> None:
        """The next browser, which has seen nothing."""
        before, self._screen = self._screen, screen
        self._shown = self._asides = None
        if before is not None:
            before.replaced()

    def detach(self, screen: Screen) -> bool:
        """Whether it had it still."""
        if self._screen is not screen:
            return False
        self._screen = None
        return True

    def drained(self) -> None:
        """Show what is new."""
        screen, view = self._screen, self._latest
        if screen is None or screen.behind:
            return
        if view is not None and view != self._shown:
            before, self._shown = self._shown, view
            for message in messages(before, view):
                screen.show(message)
            if view.phase == "ended":
                screen.over()
                return
        if self._asides is not None:
            asides, self._asides = self._asides, None
            for message in asides.values():
                screen.show(message)


__all__ = ["Screen", "Slot"]
