"""Days as people of a place have them: 23 hours long when the clock is put forward, 25 when it is put back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cordpair.errors import ConfigurationError

# No report of more: whoever wants years asks for each.
MOST_DAYS = 3_700


class TooMuch(ConfigurationError):
    """More than a report tells at once."""


def zone_of(name: str) -> ZoneInfo:
    """Raises ConfigurationError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigurationError(f"zone: {name!r} is no time zone; write Europe/Berlin or UTC") from None


def day_of(given: str, where: str) -> date:
    """``2026-11-21``. Raises ConfigurationError, which names ``where``."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ConfigurationError(f"{where}: {given!r} is no day; write 2026-11-21") from None


def bounds(first: date, last: date, zone: ZoneInfo) -> tuple[int, int]:
    """From the first moment of ``first`` to that after ``last``, in ms since the epoch.

    Raises ConfigurationError, TooMuch."""
    if last < first:
        raise ConfigurationError(f"to: {last} is before {first}")
    if (last - first).days >= MOST_DAYS:
        raise TooMuch(f"to: more than {MOST_DAYS} days from {first}")
    try:
        return _begins(first, zone), _begins(last + timedelta(days=1), zone)
    except OverflowError:
        raise ConfigurationError(f"from: {first} is too far away") from None


def _begins(day: date, zone: ZoneInfo) -> int:
    """Where midnight does not exist, as the clock goes forward then, its time of before is the moment of the change."""
    return int(datetime.combine(day, time(), zone).timestamp() * 1_000)


def local(at: int, zone: ZoneInfo) -> datetime:
    return moment(at).astimezone(zone)


def moment(at: int) -> datetime:
    """As it is written for programs: in UTC."""
    return datetime.fromtimestamp(at / 1_000, UTC)


def moment_or_none(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


__all__ = ["MOST_DAYS", "TooMuch", "bounds", "day_of", "local", "moment", "moment_or_none", "zone_of"]
