"""Why things end: the causes of a leg, the outcomes of offers, visits and contacts.

A leg's cause is normalised by the driver from the PBX's final event. Offer and visit outcomes are decided here.
"""

from enum import StrEnum


class Cause(StrEnum):
    """Why a leg ended, or (as an argument of ``hang_up``) why we end it."""

    NORMAL = "normal"  # somebody hung up an answered leg; also a caller who gave up before an answer
    BUSY = "busy"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"  # rang, or was meant to, until a time-out (ours or the phone's)
    UNREACHABLE = "unreachable"  # not registered, unknown, host dead
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    CONGESTION = "congestion"  # no circuit, overloaded, switch refuses
    LOST = "lost"  # media or transport died during the call
    UNKNOWN = "unknown"  # it is gone and nobody can say why (a gap in the link)


class OfferOutcome(StrEnum):
    """How an offer ended. Only CONNECTED joins the two parties."""

    CONNECTED = "connected"
    MISSED = "missed"  # it rang and nobody answered
    REJECTED = "rejected"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no ringing was ever seen
    ANSWERED_ELSEWHERE = "answered_elsewhere"  # another agent of the group was first
    CONTACT_GONE = "contact_gone"  # abandoned, timed out or withdrawn while the agent was alerted
    WITHDRAWN = "withdrawn"  # the agent became not ready or signed out while alerted
    NO_SHOW = "no_show"  # the customer's browser did not call in time
    FAILED = "failed"  # the join did not come about, or the PBX failed


class VisitOutcome(StrEnum):
    """How a visit ended; exactly one each. ``visits offered = sum(outcomes) + waiting``, always."""

    CONNECTED = "connected"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    OVERFLOWED = "overflowed"
    CALLED_BACK = "called_back"
    TRANSFERRED = "transferred"
    LEFT_BY_KEY = "left_by_key"
    VOICEMAIL = "voicemail"
    REJECTED_FULL = "rejected_full"
    REJECTED_CLOSED = "rejected_closed"
    REJECTED_NO_AGENT = "rejected_no_agent"
    AGENT_NOT_REACHED = "agent_not_reached"  # these three only of calls that agents place
    CUSTOMER_NOT_REACHED = "customer_not_reached"
    CANCELLED = "cancelled"  # the agent hung up before the customer answered
    FAILED = "failed"
    LOST_VISIBILITY = "lost_visibility"


class ContactEnd(StrEnum):
    """How a contact ended, once, after its last visit."""

    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    SYSTEM = "system"  # time-out, rejection, left by key: we ended it
    FAILED = "failed"
    LOST_VISIBILITY = "lost_visibility"


class SeatStatus(StrEnum):
    """Whether a seat's phone can be rung, as the PBX sees it."""

    REACHABLE = "reachable"
    BUSY = "busy"  # in a call that is not ours
    UNREACHABLE = "unreachable"


class Failure(StrEnum):
    """Why a command was not carried out."""

    GONE = "gone"  # the leg or bridge does not exist (any more)
    REFUSED = "refused"  # the PBX understood and will not
    TIMED_OUT = "timed_out"  # no answer within the deadline: it may or may not have happened
    LINK_LOST = "link_lost"
    UNSUPPORTED = "unsupported"


__all__ = ["Cause", "ContactEnd", "Failure", "OfferOutcome", "SeatStatus", "VisitOutcome"]
