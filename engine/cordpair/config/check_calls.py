"""Cross-checks of ``[calls]``: what its tables refer to exists, and there are such countries."""

import ipaddress
from collections.abc import Iterable

from phonenumbers import SUPPORTED_REGIONS

from cordpair.config.model import Config
from cordpair.config.problems import Path, Problems, quote


def check_calls(config: Config, problems: Problems) -> None:
    calls = config.calls
    if calls.queue is not None:
        _refer(config.queues, "queue", calls.queue, ("calls", "queue"), problems)
        if calls.numbers.region is None:
            problems.error(("calls", "numbers", "region"), 'is missing: the country that numbers are of, such as "DE"')
    for name in calls.trunks:
        _refer(config.pbx, "pbx", name, ("calls", "trunks", name), problems)
    _numbers(config, problems)
    for queue in calls.caller_ids.queues:
        _refer(config.queues, "queue", queue, ("calls", "caller_ids", "queues", queue), problems)
    for agent in calls.caller_ids.agents:
        _refer(config.agents, "agent", agent, ("calls", "caller_ids", "agents", agent), problems)
    for number, network in enumerate(calls.networks):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            problems.error(("calls", "networks", number), f"is no network: {error}")


def _numbers(config: Config, problems: Problems) -> None:
    numbers = config.calls.numbers
    path: Path = ("calls", "numbers")
    if numbers.region is not None:
        _country(numbers.region, (*path, "region"), problems)
    for number, country in enumerate(numbers.countries):
        _country(country, (*path, "countries", number), problems)
    for number, pattern in enumerate(numbers.allow):
        if pattern in ("*", "+*"):
            problems.warning((*path, "allow", number), "allows every number in the world, at any price")


def _country(country: str, path: Path, problems: Problems) -> None:
    if country not in SUPPORTED_REGIONS:
        problems.error(path, f"there is no country {quote(country)}{problems.nearest(country, SUPPORTED_REGIONS)}")


def _refer(entries: Iterable[str], what: str, name: str, path: Path, problems: Problems) -> None:
    if name not in entries:
        problems.error(path, f"there is no {what} {quote(name)}{problems.nearest(name, entries)}")


__all__ = ["check_calls"]
