"""What a key is asked for with, and everything that is wrong with it: the same in a browser and on the command line."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from cordpair.api.errors import Problem
from cordpair.api.roles import BOUND, Role
from cordpair.config.durations import parse_duration

LONGEST = 100


class KeyWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``name``: what it is for. ``expires``: after such a time, as ``90d``; never, if it is not said."""

    role: str
    name: str = ""
    agent: str | None = None
    portal: str | None = None
    queues: tuple[str, ...] = ()
    expires: str | None = None


class Known(NamedTuple):
    """The names of the configuration."""

    agents: Collection[str]
    queues: Collection[str]
    portals: Collection[str]


def wrong_with_key(wish: KeyWish, known: Known) -> list[Problem]:
    if wish.role not in set(Role):
        return [Problem("role", f"is none of {', '.join(Role)}")]
    role, problems = Role(wish.role), []
    if len(wish.name) > LONGEST or not wish.name.isprintable():
        problems.append(Problem("name", f"has at most {LONGEST} characters, all of which can be seen"))
    if wish.agent is None and role is Role.AGENT:
        problems.append(Problem("agent", "is needed with role agent"))
    elif wish.agent is not None and role not in BOUND:
        problems.append(Problem("agent", f"goes with role {', '.join(sorted(BOUND))} only"))
    elif wish.agent is not None and wish.agent not in known.agents:
        problems.append(Problem("agent", f"there is no agent {wish.agent!r}"))
    if wish.portal is not None and role is not Role.PORTAL:
        problems.append(Problem("portal", "goes with role portal only"))
    elif wish.portal is not None and wish.portal not in known.portals:
        problems.append(Problem("portal", f"there is no {wish.portal!r} among the portals"))
    problems += [
        Problem("queues", f"there is no queue {queue!r}") for queue in wish.queues if queue not in known.queues
    ]
    if wish.expires is not None and lasts_ms(wish) is None:
        problems.append(Problem("expires", f"{wish.expires!r} is no duration; write 90d or 8h"))
    return problems


def lasts_ms(wish: KeyWish) -> int | None:
    """None: for ever, or what is written is no duration."""
    lasts = parse_duration(wish.expires) if wish.expires is not None else None
    return lasts if lasts is not None and lasts > 0 else None


__all__ = ["KeyWish", "Known", "lasts_ms", "wrong_with_key"]
