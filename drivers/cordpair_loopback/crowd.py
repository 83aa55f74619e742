"""People for a demo: callers who keep dialling, agents who sign in. The same seed gives the same day."""

import random

from cordpair_loopback.config import Range, Settings
from cordpair_loopback.pbx.calls import Call
from cordpair_loopback.pbx.pbx import LoopbackPbx
from cordpair_loopback.pbx.phones import Behaviour, Phone

NAMES = ("Ada", "Bela", "Chen", "Dunja", "Emre", "Fatou", "Goran", "Hana", "Ines", "Jonas", "Kwame", "Lena")
PAUSE_BETWEEN_CODES_MS = 500


class Crowd:
    """``start`` it once; it goes on until ``stop``."""

    def __init__(self, pbx: LoopbackPbx, settings: Settings) -> None:
        self._pbx = pbx
        self._settings = settings
        self._random = random.Random(settings.seed)
        self._running = False

    def start(self) -> None:
        self._running = True
        for phone in self._pbx.phones.values():
            self._vary(phone)
            if self._settings.sign_in:
                self._dial_codes(phone, self._settings.sign_in)
        self._next_caller()

    def stop(self) -> None:
        self._running = False

    def _vary(self, phone: Phone) -> None:
        """Each call is taken after a while of its own."""
        phone.draw = lambda: Behaviour(
            ring_after_ms=self._draw(self._settings.ring_ms), answer_after_ms=self._draw(self._settings.answer_ms)
        )

    def _dial_codes(self, phone: Phone, codes: tuple[str, ...]) -> None:
        """One after the other, as a person does: the next when the last call is over."""
        call = self._pbx.dial(phone.endpoint, codes[0])
        if codes[1:]:
            call.on_end = lambda _: self._after(PAUSE_BETWEEN_CODES_MS, phone, codes[1:])

    def _after(self, delay_ms: int, phone: Phone, codes: tuple[str, ...]) -> None:
        self._pbx.clock.call_later(delay_ms, lambda: self._dial_codes(phone, codes))

    def _next_caller(self) -> None:
        rate = self._settings.callers_per_minute
        if self._running and rate and self._settings.dialled:
            pause = self._random.expovariate(rate / 60_000)
            self._pbx.clock.call_later(int(pause), self._caller)

    def _caller(self) -> None:
        if self._running:
            self._dial_in()
            self._next_caller()

    def _dial_in(self) -> Call:
        number = f"+4930{self._random.randrange(1_000_000, 10_000_000)}"
        return self._pbx.call(
            self._random.choice(self._settings.dialled),
            number=number,
            name=self._random.choice(NAMES),
            patience_ms=self._maybe(self._settings.patience_ms),
            talk_ms=self._maybe(self._settings.talk_ms),
        )

    def _maybe(self, span: Range | None) -> int | None:
        return None if span is None else self._draw(span)

    def _draw(self, span: Range) -> int:
        return self._random.randint(*span)


__all__ = ["Crowd"]
