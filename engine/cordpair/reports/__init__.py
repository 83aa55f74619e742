"""What happened, in figures: raw intervals, and every metric of them with its variant named."""

from cordpair.reports import metrics
from cordpair.reports.erlang import (
    Expectation,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_c_service_level,
    erlang_c_wait,
)
from cordpair.reports.metrics import Occupancy, ServiceLevel

__all__ = [
    "Expectation",
    "Occupancy",
    "ServiceLevel",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_c_service_level",
    "erlang_c_wait",
    "metrics",
]
