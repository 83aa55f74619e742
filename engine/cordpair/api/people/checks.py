"""What is wrong with what somebody typed about a person: every field that is, in words. Pure."""

import re
import unicodedata

from cordpair.api.errors import Problem
from cordpair.store.people import ROLES

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}")  # as agents' names are: it is the name one signs in with
LONGEST = 100
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = "\u200c\u200d"  # which some scripts are written with


def wrong_with_name(name: str) -> list[Problem]:
    if NAME.fullmatch(name):
        return []
    message = "is no name: up to 64 letters a to z, digits and _ . @ + -, a letter or digit first"
    return [Problem("name", message)]


def wrong_with_full_name(full_name: str) -> list[Problem]:
    """Any writing of the world, in one line: what turns the text around it about is none."""
    if len(full_name) > LONGEST:
        return [Problem("full_name", f"is longer than {LONGEST} characters")]
    if any(unicodedata.category(each) in UNSEEN and each not in JOINERS for each in full_name):
        return [Problem("full_name", "has characters that cannot be seen")]
    return []


def wrong_with_role(role: str) -> list[Problem]:
    return [] if role in ROLES else [Problem("role", f"is none of {', '.join(ROLES)}")]


__all__ = ["LONGEST", "NAME", "wrong_with_full_name", "wrong_with_name", "wrong_with_role"]
