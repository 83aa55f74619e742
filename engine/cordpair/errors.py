"""The root of every error that Cordpair raises on purpose.

CordpairError                 whose fault · does trying again help
├── ConfigurationError        the operator's · no (names file, key and what is wrong)
├── AcdError                  the caller's of the API · no: the request does not fit the state
├── JournalError              the machine's · after mending (disk, lock, damaged row)
└── PbxError                  cordpair.pbx: the PBX's or the link's · see each class
"""


class CordpairError(Exception):
    """Base of all errors raised by this project. ``retryable`` says whether the same call may succeed later."""

    retryable: bool = False


class ConfigurationError(CordpairError):
    """The configuration cannot be used. The operator must change it; nothing was applied."""


class AcdError(CordpairError):
    """A request that does not fit the present state. The requester's fault; nothing was changed."""


class JournalError(CordpairError):
    """The journal cannot be opened, read or written. The engine stops rather than act without a record."""


__all__ = ["AcdError", "ConfigurationError", "CordpairError", "JournalError"]
