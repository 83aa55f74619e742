"""Why the door refuses: a code for the journal, and what the browser is answered."""

from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    # what a frame is
    TOO_LARGE = "too_large"
    TOO_MANY_HEADERS = "too_many_headers"
    START_LINE = "start_line"
    BARE_LINE_END = "bare_line_end"
    CONTROL = "control_character"
    ENCODING = "encoding"
    FOLDED = "folded_header"
    SPACE_BEFORE_COLON = "space_before_colon"
    HEADER_NAME = "header_name"
    REPEATED = "repeated_header"
    MISSING = "missing_header"
    LENGTH = "content_length"
    SECOND_MESSAGE = "second_message"
    SEQUENCE = "cseq"
    VALUE = "header_value"
    URI = "uri"
    # what a message wants
    HEADER = "forbidden_header"
    REQUIRED = "required_extension"
    BODY = "body"
    METHOD = "method"
    DESTINATION = "destination"
    FROM = "from"
    USED = "used"
    REGISTRATION = "registration"
    CREDENTIALS = "credentials"
    DIALOG = "dialog"
    TRANSACTION = "transaction"
    TAG = "tag"
    REDIRECT = "redirect"
    TOO_MANY_CALLS = "too_many_calls"


_OTHERS = {
    Reason.TOO_LARGE: (513, "Message Too Large"),
    Reason.HEADER: (403, "Forbidden"),
    Reason.REQUIRED: (420, "Bad Extension"),
    Reason.BODY: (415, "Unsupported Media Type"),
    Reason.METHOD: (405, "Method Not Allowed"),
    Reason.DESTINATION: (403, "Forbidden"),
    Reason.FROM: (403, "Forbidden"),
    Reason.USED: (403, "Forbidden"),
    Reason.REGISTRATION: (403, "Forbidden"),
    Reason.CREDENTIALS: (403, "Forbidden"),
    Reason.DIALOG: (481, "Call/Transaction Does Not Exist"),
    Reason.TRANSACTION: (481, "Call/Transaction Does Not Exist"),
    Reason.TAG: (481, "Call/Transaction Does Not Exist"),
    Reason.TOO_MANY_CALLS: (486, "Busy Here"),
}
ANSWERS = MappingProxyType({reason: _OTHERS.get(reason, (400, "Bad Request")) for reason in Reason})


class Refused(Exception):
    """Not let through."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


__all__ = ["ANSWERS", "Reason", "Refused"]
