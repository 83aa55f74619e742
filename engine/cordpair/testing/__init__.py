"""Shipped for tests: a manual clock, and the conformance suite for drivers (``cordpair.testing.conformance``)."""

from cordpair.testing.clock import ManualClock, ManualHandle

__all__ = ["ManualClock", "ManualHandle"]
