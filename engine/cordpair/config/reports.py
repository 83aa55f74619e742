"""Reports: whose days they are of, what the site means by its figures, and who gets which of them when."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordpair.config.kinds import DAY_MS, Secret, Text, Word

MAILBOX = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}$"
HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
HOOK = r"^https?://[^\s/]{1,255}(/[!-~]{0,768})?$"
Mailbox = Annotated[str, Meta(pattern=MAILBOX)]
Hook = Annotated[str, Meta(pattern=HOOK)]
Seconds = Annotated[int, Meta(ge=0, le=DAY_MS, extra={"kind": "duration"})]
Dimension = Literal["interval", "hour", "day", "week", "queue", "agent", "skill", "service", "disposition"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Variant = Literal["answered_only", "with_abandoned", "ignore", "negative", "positive", "offered", "removed"]


class Schedule(msgspec.Struct, frozen=True):
    """A report of the hour, day or week that is over. ``at``: of an hourly one the minutes count; ``on``: of a weekly.

    It goes to mailboxes, to a ``webhook`` (signed with ``secret``), or to both."""

    every: Literal["hour", "day", "week"] = "day"
    at: Annotated[str, Meta(pattern=HOUR)] = "00:15"
    on: Weekday = "monday"
    by: tuple[Dimension, ...] = ("queue",)
    format: Literal["csv", "json", "parquet"] = "csv"
    to: tuple[Mailbox, ...] = ()
    webhook: Hook | None = None
    secret: Secret | None = None


class Reports(msgspec.Struct, frozen=True):
    """``path``: where counted intervals are kept, for ever: what is pruned from the journal stays reportable.

    The policy is in whole seconds: waits are kept so."""

    path: Text = "reports.db"
    zone: Word = "UTC"
    service_level: Variant = "offered"
    threshold: Seconds = 20_000
    short_abandon: Seconds = 0
    occupancy: Literal["idle", "alerted", "signed_in"] = "idle"
    schedules: dict[Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")], Schedule] = {}


class Smtp(msgspec.Struct, frozen=True):
    """The mail server that takes our mail. ``port``: without it that of the kind of TLS."""

    host: Word | None = None
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    tls: Literal["starttls", "tls", "off"] = "starttls"
    user: Text | None = None
    password: Secret | None = None
    sender: Mailbox | None = None


__all__ = ["HOOK", "HOUR", "MAILBOX", "Dimension", "Reports", "Schedule", "Smtp", "Variant", "Weekday"]
