"""What happened, in figures: raw intervals, and every metric of them with its variant named."""

from cordpair.reports import expected_wait, metrics
from cordpair.reports.erlang import (
    Expectation,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_c_service_level,
    erlang_c_wait,
)
from cordpair.reports.folding import Folder, fold
from cordpair.reports.grouping import By, Line, lines
from cordpair.reports.live import Live, QueueFigures
from cordpair.reports.metrics import Occupancy, ServiceLevel
from cordpair.reports.raw import INTERVAL_MS, Place, RawInterval, Sums, interval_of, total
from cordpair.reports.reconcile import Difference, Standing, counted_of, reconcile, standing
from cordpair.reports.tallies import Policy

__all__ = [
    "INTERVAL_MS",
    "By",
    "Difference",
    "Expectation",
    "Folder",
    "Line",
    "Live",
    "Occupancy",
    "Place",
    "Policy",
    "QueueFigures",
    "RawInterval",
    "ServiceLevel",
    "Standing",
    "Sums",
    "counted_of",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_c_service_level",
    "erlang_c_wait",
    "expected_wait",
    "fold",
    "interval_of",
    "lines",
    "metrics",
    "reconcile",
    "standing",
    "total",
]
