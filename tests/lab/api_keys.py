"""The part of an API key that must be seen nowhere."""

from cordpair.api.keys import WRITTEN


def secret_of(key: str) -> str:
    """It may hold underscores and hyphens of its own."""
    written = WRITTEN.fullmatch(key)
    assert written is not None
    return written[2]


__all__ = ["secret_of"]
