"""Cross-checks of ``[reports]`` and ``[smtp]``: every report can be made, and sent to where it should go."""

from zoneinfo import ZoneInfo

from cordpair.config.model import Config
from cordpair.config.problems import Path, Problems, quote
from cordpair.config.reports import Schedule


def check_reports(config: Config, problems: Problems) -> None:
    reports = config.reports
    try:
        ZoneInfo(reports.zone)
    except (KeyError, ValueError, OSError):
        problems.error(("reports", "zone"), f"{quote(reports.zone)} is no time zone; write Europe/Berlin or UTC")
    for name in ("threshold", "short_abandon"):
        if getattr(reports, name) % 1_000:
            problems.error(("reports", name), "must be whole seconds: waits are kept so")
    _path(config, problems)
    for name, schedule in reports.schedules.items():
        _schedule(config, schedule, ("reports", "schedules", name), problems)
    _smtp(config, problems)


def _path(config: Config, problems: Problems) -> None:
    taken = {
        config.store.path: "the store",
        config.journal.path: "the journal",
        config.queue_log.file: "queue_log.file",
        config.queue_log.table: "queue_log.table",
    }
    if not config.reports.path:
        problems.error(("reports", "path"), "is empty")
    elif config.reports.path in taken:
        problems.error(("reports", "path"), f"is {taken[config.reports.path]} already")


def _schedule(config: Config, schedule: Schedule, path: Path, problems: Problems) -> None:
    nowhere = not schedule.to and schedule.webhook is None
    if nowhere and not any(problems.known((*path, key)) for key in ("to", "webhook")):
        problems.error(path, "goes nowhere: write to, webhook, or both")
    if schedule.to and config.smtp.host is None:
        problems.error(("smtp", "host"), f"is missing: reports.schedules.{path[-1]} is sent by mail")
    if schedule.webhook is not None and schedule.secret is None:
        problems.error((*path, "secret"), "is missing: whoever gets the report must be able to tell that it is ours")
    if len(set(schedule.by)) < len(schedule.by):
        problems.error((*path, "by"), "names one twice")
    elif not schedule.by:
        problems.error((*path, "by"), "is empty")


def _smtp(config: Config, problems: Problems) -> None:
    smtp = config.smtp
    if smtp.host is not None and smtp.sender is None:
        problems.error(("smtp", "sender"), "is missing: a mail says from whom it is")
    if (smtp.user is None) != (smtp.password is None):
        missing = "user" if smtp.user is None else "password"
        problems.error(("smtp", missing), "is missing: a user and a password go together")
    if smtp.user is not None and smtp.tls == "off":
        problems.error(("smtp", "tls"), "must be starttls or tls where a password is sent")


__all__ = ["check_reports"]
