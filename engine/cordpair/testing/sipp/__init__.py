"""SIPp (Debian: sip-tester) as a crowd of callers and of agents' phones on any PBX, over UDP.

`cordpair load` drives it, and so do the tests and benches on a real PBX. The scenarios are in ``pieces``.
"""

from cordpair.testing.sipp.calls import Account, Call, Plan, Report
from cordpair.testing.sipp.crowd import Crowd, SippError
from cordpair.testing.sipp.kit import Place, SippKit
from cordpair.testing.sipp.scenarios import Span
from cordpair.testing.sipp.statistics import Counts, last_counts

__all__ = [
    "Account",
    "Call",
    "Counts",
    "Crowd",
    "Place",
    "Plan",
    "Report",
    "SippError",
    "SippKit",
    "Span",
    "last_counts",
]
