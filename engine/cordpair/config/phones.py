"""The tables of agents with nothing but a phone."""

import msgspec

from cordpair.config.kinds import Code, Word


class Codes(msgspec.Struct, frozen=True):
    """What an agent's phone dials. Empty: there is no such code."""

    sign_in: tuple[Code, ...] = ("011",)
    sign_out: tuple[Code, ...] = ("022",)
    ready: tuple[Code, ...] = ("033",)
    not_ready: tuple[Code, ...] = ("044",)  # each followed by the digit of a reason
    wrap_up_done: tuple[Code, ...] = ("055",)


class Phones(msgspec.Struct, frozen=True):
    contexts: tuple[Word, ...] = ("cordpair-agents",)
    codes: Codes = Codes()


__all__ = ["Codes", "Phones"]
