"""What people write: brackets, strokes, spaces, full-width digits, ``tel:``. Nothing but digits leaves here."""

import re
import unicodedata

LONGEST = 64  # characters as they are written; E.164 has 15 digits
BETWEEN = frozenset(" \u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014./()[]")
DIALLED = re.compile(r"\+?[0-9*#]{1,32}")
# A digit; X any digit; a * at the end: anything that follows.
PATTERN = re.compile(r"\+?[0-9X*#]{1,32}")


def compact(written: str) -> str | None:
    """Digits, ``*``, ``#``, perhaps with a ``+`` in front; None where it is no number at all.

    A control character, a letter, anything that is not usual in a number: none of ours, and nothing is left out of it
    to make one."""
    if len(written) > LONGEST:
        return None
    text = written.strip(" \u00a0")
    if text[:4].lower() == "tel:":
        text = text[4:]
    found = "".join(_one(each) for each in text if each not in BETWEEN)
    return found if DIALLED.fullmatch(found) else None


def _one(character: str) -> str:
    """A digit of any script as ours, a full-width + as +; what cannot be, spoils the whole."""
    if character in "+*#":
        return character
    if character == "\uff0b":
        return "+"
    value = unicodedata.decimal(character, None)
    return str(value) if value is not None else "?"


def matches(pattern: str, number: str) -> bool:
    """Whether a compact number fits: ``2XXX`` one of four digits, ``+34*`` one that begins so, ``*9X`` a code."""
    open_ended = len(pattern) > 1 and pattern.endswith("*")
    body = pattern[:-1] if open_ended else pattern
    if len(number) < len(body) or (len(number) > len(body) and not open_ended):
        return False
    return all(want == have or (want == "X" and have.isdigit()) for want, have in zip(body, number, strict=False))


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern, if anything is."""
    if PATTERN.fullmatch(pattern) is None:
        return 'has digits, "X" for any digit, "*" and "#", perhaps a "+" in front, at most 32 characters'
    return None


__all__ = ["LONGEST", "compact", "matches", "pattern_problem"]
