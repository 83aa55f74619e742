"""What the runtime raises beside what the core, the journal and the drivers do.

CordpairError
├── EngineBusy      nobody's (a burst) · yes, a moment later
├── EngineStopped   nobody's (the engine is going down) · yes, when it is up again
└── CoreFailed      ours: the core raised, its state can no longer be trusted · after a restart
"""

from cordpair.errors import CordpairError


class EngineBusy(CordpairError):
    """More inputs wait than the engine accepts from people and programs. Ask again in a moment."""

    retryable = True


class EngineStopped(CordpairError):
    """The engine is stopping or has stopped; the request was not decided."""

    retryable = True


class CoreFailed(CordpairError):
    """A defect in the core: what it decided half-way was not journaled. A restart recovers from the journal."""


__all__ = ["CoreFailed", "EngineBusy", "EngineStopped"]
