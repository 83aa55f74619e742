"""Hang-up causes: Asterisk's Q.850 codes and ours, both ways; and what a device state says about a seat.

Seen on Asterisk 22 for a phone that refused: 486 → 17, 603 and 403 → 21, 480 → 19, 408 → 18, 404 → 1, 488 → 58,
503 → 34, 500 → 38, 302 → 23, 487 → 127. Our time-out → 19. A phone that is not registered
has no channel and thus no cause.
"""

from cordpair.acd.causes import Cause, SeatStatus

# ChannelDestroyed.cause of a leg that was not answered.
UNANSWERED: dict[int, Cause] = {
    1: Cause.UNREACHABLE,  # unallocated number
    2: Cause.UNREACHABLE,
    3: Cause.UNREACHABLE,  # no route
    16: Cause.NORMAL,  # we cancelled, or the caller gave up
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,  # nobody responded
    19: Cause.NO_ANSWER,  # it rang, or was meant to, until a time-out
    20: Cause.UNREACHABLE,  # subscriber absent
    21: Cause.REJECTED,
    22: Cause.UNREACHABLE,  # number changed
    23: Cause.REJECTED,  # the phone forwards (sometimes 0 and a Dial with `forward`); we do not follow it
    26: Cause.ANSWERED_ELSEWHERE,
    27: Cause.UNREACHABLE,  # destination out of order
    28: Cause.UNREACHABLE,
    31: Cause.NORMAL,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
    43: Cause.CONGESTION,
    44: Cause.CONGESTION,
    50: Cause.CONGESTION,
    58: Cause.CONGESTION,  # no common codec: 488
    66: Cause.CONGESTION,
    88: Cause.CONGESTION,
    96: Cause.CONGESTION,
    102: Cause.NO_ANSWER,  # a SIP timer ran out
    127: Cause.NORMAL,  # 487: the far end confirms a cancelled call
}
# After an answer, these say that the connection died; everything else is an ordinary end (16, or 0 for the BYE of a
# phone that was in no bridge).
ANSWERED: dict[int, Cause] = {
    26: Cause.ANSWERED_ELSEWHERE,
    38: Cause.LOST,
    41: Cause.LOST,
    44: Cause.LOST,  # rtp_timeout
    102: Cause.LOST,
}
# DELETE …?reason_code= and the SIP status that an un-answered caller gets.
REASON_CODES: dict[Cause, int] = {
    Cause.NORMAL: 16,  # 603
    Cause.BUSY: 17,  # 486
    Cause.REJECTED: 21,  # 403
    Cause.NO_ANSWER: 19,  # 480
    Cause.UNREACHABLE: 1,  # 404
    Cause.ANSWERED_ELSEWHERE: 26,  # Reason: SIP;cause=200;text="Call completed elsewhere"
    Cause.CONGESTION: 42,  # 503
    Cause.LOST: 41,
    Cause.UNKNOWN: 31,
}
_SOFT_BY_DEVICE = 1  # AST_SOFTHANGUP_DEV: the channel driver itself gave up, e.g. rtp_timeout

SEAT_STATUS: dict[str, SeatStatus] = {
    "NOT_INUSE": SeatStatus.REACHABLE,
    "INUSE": SeatStatus.BUSY,
    "BUSY": SeatStatus.BUSY,
    "RINGING": SeatStatus.BUSY,
    "RINGINUSE": SeatStatus.BUSY,
    "ONHOLD": SeatStatus.BUSY,
    "UNAVAILABLE": SeatStatus.UNREACHABLE,
    "INVALID": SeatStatus.UNREACHABLE,
    "UNKNOWN": SeatStatus.UNREACHABLE,  # app_queue takes this for available and rings nobody
}


def destroyed(cause: int | None, *, answered: bool, ringing: bool = False, forwarded: bool = False) -> Cause:
    """The cause of a leg that we originated, from ChannelDestroyed."""
    if answered:
        return ANSWERED.get(cause or 0, Cause.NORMAL)
    if forwarded:
        return Cause.REJECTED
    if not cause:  # asterisk#1660: some versions give none for a time-out
        return Cause.NO_ANSWER if ringing else Cause.UNKNOWN
    return UNANSWERED.get(cause, Cause.UNKNOWN)


def requested(cause: int | None, *, soft: bool, answered: bool, ours: Cause | None) -> Cause:
    """The cause of an arrived leg, from ChannelHangupRequest.

    Asterisk sends no ChannelDestroyed for a channel that came through the dialplan: the subscription ends with the
    Stasis application. A *soft* request carries AST_SOFTHANGUP flags in ``cause``, not Q.850.
    """
    if not soft:
        return Cause.NORMAL  # the caller: BYE has no cause, CANCEL 127, a redirect of ours 23
    if ours is not None:
        return ours
    if answered and (cause or 0) & _SOFT_BY_DEVICE:
        return Cause.LOST
    return Cause.NORMAL


def seat_status(state: str) -> SeatStatus:
    return SEAT_STATUS.get(state, SeatStatus.UNREACHABLE)


__all__ = ["REASON_CODES", "destroyed", "requested", "seat_status"]
