"""Hang-up causes: FreeSWITCH's names and ours, both ways.

Seen on FreeSWITCH 1.11 for a phone that refused: 486 USER_BUSY, 603 CALL_REJECTED, 480 NO_USER_RESPONSE, our time-out
NO_ANSWER, a phone that is not registered USER_NOT_REGISTERED (and no channel), an unknown one SUBSCRIBER_ABSENT, a dead
host NORMAL_TEMPORARY_FAILURE at once.
"""

from cordpair.acd.causes import Cause

# Hangup-Cause of a leg that was not answered.
UNANSWERED: dict[str, Cause] = {
    "NORMAL_CLEARING": Cause.NORMAL,
    "ORIGINATOR_CANCEL": Cause.NORMAL,  # the caller gave up, or we cancelled
    "NORMAL_UNSPECIFIED": Cause.NORMAL,  # 487: the far end confirms a cancelled call
    "BLIND_TRANSFER": Cause.NORMAL,  # moved by a redirect of ours
    "ATTENDED_TRANSFER": Cause.NORMAL,
    "USER_BUSY": Cause.BUSY,
    "CALL_REJECTED": Cause.REJECTED,
    "REDIRECTION_TO_NEW_DESTINATION": Cause.REJECTED,  # the phone forwards; we do not follow it
    "NO_ANSWER": Cause.NO_ANSWER,
    "NO_USER_RESPONSE": Cause.NO_ANSWER,
    "ALLOTTED_TIMEOUT": Cause.NO_ANSWER,
    "PROGRESS_TIMEOUT": Cause.NO_ANSWER,
    "MEDIA_TIMEOUT": Cause.NO_ANSWER,
    "RECOVERY_ON_TIMER_EXPIRE": Cause.NO_ANSWER,  # a SIP timer ran out: 408, 504
    "USER_NOT_REGISTERED": Cause.UNREACHABLE,
    "SUBSCRIBER_ABSENT": Cause.UNREACHABLE,
    "UNALLOCATED_NUMBER": Cause.UNREACHABLE,
    "NO_ROUTE_DESTINATION": Cause.UNREACHABLE,
    "NO_ROUTE_TRANSIT_NET": Cause.UNREACHABLE,
    "DESTINATION_OUT_OF_ORDER": Cause.UNREACHABLE,
    "NORMAL_TEMPORARY_FAILURE": Cause.UNREACHABLE,  # nobody listens there
    "NETWORK_OUT_OF_ORDER": Cause.UNREACHABLE,
    "GATEWAY_DOWN": Cause.UNREACHABLE,
    "INVALID_GATEWAY": Cause.UNREACHABLE,
    "INVALID_PROFILE": Cause.UNREACHABLE,
    "INVALID_URL": Cause.UNREACHABLE,
    "INVALID_NUMBER_FORMAT": Cause.UNREACHABLE,
    "NUMBER_CHANGED": Cause.UNREACHABLE,
    "LOSE_RACE": Cause.ANSWERED_ELSEWHERE,
    "PICKED_OFF": Cause.ANSWERED_ELSEWHERE,
    "NORMAL_CIRCUIT_CONGESTION": Cause.CONGESTION,
    "SWITCH_CONGESTION": Cause.CONGESTION,
    "BEARERCAPABILITY_NOTAVAIL": Cause.CONGESTION,
    "BEARERCAPABILITY_NOTIMPL": Cause.CONGESTION,
    "FACILITY_REJECTED": Cause.CONGESTION,
    "FACILITY_NOT_SUBSCRIBED": Cause.CONGESTION,
    "SERVICE_UNAVAILABLE": Cause.CONGESTION,
    "SERVICE_NOT_IMPLEMENTED": Cause.CONGESTION,
    "OUTGOING_CALL_BARRED": Cause.CONGESTION,
    "INCOMPATIBLE_DESTINATION": Cause.CONGESTION,  # no common codec: 488
    "INTERWORKING": Cause.CONGESTION,
    "EXCHANGE_ROUTING_ERROR": Cause.CONGESTION,
    "CHAN_NOT_IMPLEMENTED": Cause.CONGESTION,
}
# After an answer, these say that the connection died; everything else is an ordinary end.
ANSWERED: dict[str, Cause] = {
    "LOSE_RACE": Cause.ANSWERED_ELSEWHERE,
    "PICKED_OFF": Cause.ANSWERED_ELSEWHERE,
    "MEDIA_TIMEOUT": Cause.LOST,
    "DESTINATION_OUT_OF_ORDER": Cause.LOST,
    "NETWORK_OUT_OF_ORDER": Cause.LOST,
    "NORMAL_TEMPORARY_FAILURE": Cause.LOST,
    "RECOVERY_ON_TIMER_EXPIRE": Cause.LOST,
    "MANAGER_REQUEST": Cause.NORMAL,
}
# uuid_kill's cause and the SIP status that an un-answered caller gets.
KILLS: dict[Cause, str] = {
    Cause.NORMAL: "NORMAL_CLEARING",  # 480
    Cause.BUSY: "USER_BUSY",  # 486
    Cause.REJECTED: "CALL_REJECTED",  # 603
    Cause.NO_ANSWER: "NO_ANSWER",  # 480
    Cause.UNREACHABLE: "UNALLOCATED_NUMBER",  # 404
    Cause.ANSWERED_ELSEWHERE: "LOSE_RACE",  # Reason: SIP;cause=200;text="Call completed elsewhere"
    Cause.CONGESTION: "NORMAL_CIRCUIT_CONGESTION",  # 503
    Cause.LOST: "NETWORK_OUT_OF_ORDER",
    Cause.UNKNOWN: "NORMAL_UNSPECIFIED",
}


def ended(cause: str, *, answered: bool, asked: Cause | None = None) -> Cause:
    """Our cause for a Hangup-Cause. ``asked`` is why we asked for the end: a cancelled ring has a cause of its own."""
    if asked is not None and cause in {KILLS[asked], "ORIGINATOR_CANCEL", "NORMAL_CLEARING", "NORMAL_UNSPECIFIED"}:
        return asked
    if answered:
        return ANSWERED.get(cause, Cause.NORMAL)
    return UNANSWERED.get(cause, Cause.UNKNOWN)


__all__ = ["ANSWERED", "KILLS", "UNANSWERED", "ended"]
