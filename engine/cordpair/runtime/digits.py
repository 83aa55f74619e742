"""Digits on their way from a desk to a PBX. They may be a secret (a card, a PIN): no entry of the journal holds them.

They are kept in memory from the request to its command, a few of them: what was refused is pushed out by what follows.
"""

from msgspec.structs import replace

from cordpair.acd.inputs import SendDigits
from cordpair.acd.inputs_desk import DIGITS

MOST = 1_000


class Digits:
    def __init__(self) -> None:
        self._kept: dict[int, str] = {}
        self._number = 0

    def keep(self, given: SendDigits) -> SendDigits:
        """The request as it may be journaled: a nought for each digit, ``?`` for what is none."""
        self._number += 1
        self._kept[self._number] = given.digits
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]
        noughts = "".join("0" if each in DIGITS else "?" for each in given.digits)
        return replace(given, digits=noughts, kept=self._number)

    def take(self, kept: int) -> str:
        """Once; empty when they are not known (any more)."""
        return self._kept.pop(kept, "")


__all__ = ["MOST", "Digits"]
