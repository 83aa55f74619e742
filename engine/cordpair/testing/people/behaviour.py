"""What a phone does when it is rung."""

import msgspec


class Does(msgspec.Struct, frozen=True, kw_only=True):
    """Times in ms; None is never."""

    rings: bool = True
    early: bool = False  # with sound of its network's own instead (183)
    after_ms: int | None = 50  # from the INVITE to the status
    status: int = 200  # SIP: 200 answers, any other refuses


ANSWERS = Does()
BUSY = Does(rings=False, after_ms=0, status=486)
REJECTS = Does(status=603)
UNAVAILABLE = Does(status=480)
NEVER_ANSWERS = Does(after_ms=None)
DEAD = Does(rings=False, after_ms=None)  # registered, and nobody there

__all__ = ["ANSWERS", "BUSY", "DEAD", "NEVER_ANSWERS", "REJECTS", "UNAVAILABLE", "Does"]
