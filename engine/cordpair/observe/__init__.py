"""What can be seen of a running engine from outside: its log, its metrics, its traces."""

from cordpair.observe.logs import PERSONAL, log_to, log_to_stderr
from cordpair.observe.metrics import Meter
from cordpair.observe.traces import Traces, traces_from_environment

__all__ = ["PERSONAL", "Meter", "Traces", "log_to", "log_to_stderr", "traces_from_environment"]
