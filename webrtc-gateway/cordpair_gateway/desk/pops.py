"""Screen pops: the addresses of other systems, with a customer's data in them. Pure.

What a customer's data is put into cannot become another host, another path above it, or a script: every value is
encoded whole, and the host is the operator's.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import msgspec

from cordpair.config.model import Pop

PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.-]{1,64})\}")
LONGEST = 4_096  # what browsers and servers in between still take
SCHEMES = ("http", "https")


class ScreenPop(msgspec.Struct, frozen=True):
    url: str
    title: str
    embed: bool


def screen_pop(pop: Pop, values: Mapping[str, str]) -> ScreenPop | None:
    """None: it would lead elsewhere than the operator said. A value that is not known is empty."""
    url = PLACEHOLDER.sub(lambda found: _encoded(values.get(found[1], "")), pop.url)
    if len(url) > LONGEST:
        return None
    try:
        wanted, made = urlsplit(pop.url), urlsplit(url)
    except ValueError:
        return None
    if made.scheme not in SCHEMES or (made.scheme, made.netloc) != (wanted.scheme, wanted.netloc):
        return None
    return ScreenPop(url, pop.title or made.netloc, pop.embed)


def _encoded(value: str) -> str:
    """``.`` and ``..`` lead up a path however they are encoded: they are no value."""
    return "" if value in (".", "..") else quote(value, safe="", errors="replace")


__all__ = ["ScreenPop", "screen_pop"]
