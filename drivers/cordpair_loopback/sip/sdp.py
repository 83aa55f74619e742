"""Session descriptions that pass through: only a direction is ever changed, and who begins the encryption."""

import re

DIRECTION = re.compile(r"^a=(?:sendrecv|sendonly|recvonly|inactive)\r\n", re.MULTILINE)
MEDIA = re.compile(r"^m=", re.MULTILINE)
ORIGIN = re.compile(r"^(o=\S+ \S+ )(\d+)( )", re.MULTILINE)


def later(sdp: str, version: int) -> str:
    """The same session's ``version``-th description: without another number it would not be looked at."""
    return ORIGIN.sub(lambda found: f"{found[1]}{int(found[2]) + version}{found[3]}", sdp, count=1)


def inactive(sdp: str) -> str:
    """The same media, and nobody sends: on hold."""
    head, *media = MEDIA.split(DIRECTION.sub("", sdp))
    return head + "".join(f"m={part}a=inactive\r\n" for part in media)


def crossed(offer: str, *, active: bool) -> str:
    """An offer as the answer to another offer; one side begins the encryption (``active``), the other waits."""
    return offer.replace("a=setup:actpass\r\n", f"a=setup:{'active' if active else 'passive'}\r\n")


__all__ = ["crossed", "inactive", "later"]
