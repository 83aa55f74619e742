"""Which numbers may be called, how they are written, and who may ask for it: the one place for prefixes."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordpair.config.kinds import AgentName, QueueName

REGION = r"^[A-Z]{2}$"
NUMBERS = r"^\+?[0-9X*#]{1,32}$"
PREFIX = r"^[0-9*#+]{0,16}$"
CALLER_ID = r"^(\+?[0-9]{1,32})?$"

Region = Annotated[str, Meta(pattern=REGION)]
Numbers = Annotated[str, Meta(pattern=NUMBERS)]
CallerId = Annotated[str, Meta(pattern=CALLER_ID)]
Form = Literal["e164", "digits", "national", "significant"]
Kind = Literal[
    "fixed_line",
    "mobile",
    "fixed_line_or_mobile",
    "toll_free",
    "shared_cost",
    "premium_rate",
    "voip",
    "personal",
    "pager",
    "company",
    "voicemail",
    "short",
    "emergency",
    "unknown",
]


class Rule(msgspec.Struct, frozen=True):
    """How the trunk wants numbers of a class: in a form, after a prefix. Internal and short ones have one form."""

    form: Form = "e164"
    prefix: Annotated[str, Meta(pattern=PREFIX)] = ""


class Rules(msgspec.Struct, frozen=True):
    """By where a number leads. ``mobile`` is of our own country; None: as ``national``."""

    internal: Rule = Rule()
    short: Rule = Rule()
    national: Rule = Rule()
    mobile: Rule | None = None
    international: Rule = Rule()


class Numbering(msgspec.Struct, frozen=True):
    """``region``: the country of numbers that are written without one. ``internal``: dialled as they are written.
    ``countries``: that may be called; none named: our own. ``allow`` and ``deny`` are patterns beside countries and
    kinds. In a pattern X is any digit, and a * at the end stands for whatever follows."""

    region: Region | None = None
    internal: tuple[Numbers, ...] = ()
    countries: tuple[Region, ...] = ()
    kinds: tuple[Kind, ...] = ("fixed_line", "mobile", "fixed_line_or_mobile", "toll_free", "voip", "company")
    allow: tuple[Numbers, ...] = ()
    deny: tuple[Numbers, ...] = ()
    rules: Rules = Rules()


class CallerIds(msgspec.Struct, frozen=True):
    """What customers are shown: of the agent; else of the queue; else ``default``; else what the trunk has."""

    default: CallerId = ""
    queues: dict[QueueName, CallerId] = {}
    agents: dict[AgentName, CallerId] = {}


class Rates(msgspec.Struct, frozen=True):
    """Calls in a minute that are placed at most: with one key, and by one agent, whoever asks."""

    key: Annotated[int, Meta(ge=1, le=100_000)] = 60
    agent: Annotated[int, Meta(ge=1, le=1_000)] = 10


__all__ = [
    "CALLER_ID",
    "NUMBERS",
    "PREFIX",
    "REGION",
    "CallerIds",
    "Form",
    "Kind",
    "Numbering",
    "Rates",
    "Region",
    "Rule",
    "Rules",
]
