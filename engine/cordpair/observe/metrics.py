"""What only the shell knows of a running engine, measured: commands, commits, the loop, the laws, the configuration.

One registry for one engine: whoever has more to tell (the API has) registers it there. Names and labels are stable.
"""

import gc
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

# Seconds. An offer must be out within 25 ms; a commit takes a fraction of one.
FAST = (0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
ACCEPTED = "ok"


class Meter:
    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        _collect_gc(registry)
        self._commands = Histogram(
            "cordpair_command_seconds", "From sending a command to the PBX's reply", ["node", "command", "result"],
            registry=registry, buckets=FAST,
        )  # fmt: skip
        self._failures = Counter(
            "cordpair_command_failures", "Commands that a PBX did not accept", ["node", "command", "failure"],
            registry=registry,
        )  # fmt: skip
        self._commits = Histogram(
            "cordpair_journal_commit_seconds", "From appending to the commit", registry=registry, buckets=FAST
        )
        self._lag = Histogram(
            "cordpair_loop_lag_seconds", "How late the event loop came to a timer", registry=registry, buckets=FAST
        )
        self._snapshots = Histogram(
            "cordpair_snapshot_seconds", "How long a snapshot held the loop", registry=registry, buckets=FAST
        )
        self._inbox = Gauge("cordpair_inbox_depth", "Inputs that wait to be decided", registry=registry)
        self._open = Gauge("cordpair_commands_open", "Commands that have not ended", registry=registry)
        self._breaches = Counter("cordpair_invariant_breaches", "Laws that were found broken", registry=registry)
        self._checks = Counter("cordpair_invariant_checks", "Times that the laws were looked at", ["kind"],
                               registry=registry)  # fmt: skip
        self._reloads = Counter("cordpair_reloads", "Configurations that were to be applied", ["result"],
                                registry=registry)  # fmt: skip
        for result in ("applied", "unchanged", "invalid", "refused"):
            self._reloads.labels(result)
        self._revision = Gauge("cordpair_configuration_revision", "The revision in force", registry=registry)

    def depths(self, inbox: Callable[[], int], commands: Callable[[], int]) -> None:
        """Where to look when it is asked for."""
        self._inbox.set_function(inbox)
        self._open.set_function(commands)

    def commanded(self, node: str, command: str, seconds: float, failure: str = "") -> None:
        """A command to the PBX was accepted, or failed."""
        self._commands.labels(node, command, failure or ACCEPTED).observe(seconds)
        if failure:
            self._failures.labels(node, command, failure).inc()

    def committed(self, seconds: float) -> None:
        self._commits.observe(seconds)

    def lagged(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def saved_snapshot(self, seconds: float) -> None:
        self._snapshots.observe(seconds)

    def checked(self, kind: str) -> None:
        self._checks.labels(kind).inc()

    def breached(self) -> None:
        self._breaches.inc()

    def reloaded(self, result: str) -> None:
        self._reloads.labels(result).inc()

    def revision(self, number: int) -> None:
        self._revision.set(number)


def _collect_gc(registry: CollectorRegistry) -> None:
    if hasattr(gc, "get_stats"):
        GCCollector(registry=registry)


__all__ = ["ACCEPTED", "FAST", "Meter"]
