"""The shell around the pure core: one writer, one timer, an executor, a supervisor for each PBX, recovery."""

from cordpair.runtime.accounts import Accounts
from cordpair.runtime.app import Setup, engine_on, opened, run_engine
from cordpair.runtime.engine import Engine, Stop
from cordpair.runtime.errors import CoreFailed, EngineBusy, EngineStopped
from cordpair.runtime.exits import EXIT_BUG, EXIT_CONFIGURATION, EXIT_FENCED, EXIT_JOURNAL, EXIT_OK
from cordpair.runtime.figures import AgentFigures, Figures, QueueFigures, figures
from cordpair.runtime.notices import READY, beating, tell
from cordpair.runtime.personal import DIALLED, MemoryRecords, Record, Records
from cordpair.runtime.placed import Placed, PlacedCall, placed_calls
from cordpair.runtime.process import run_loop
from cordpair.runtime.recovery import Recovered, recover
from cordpair.runtime.reload import Origin, Outcome, Reloader, Result
from cordpair.runtime.subscriptions import News, Subscription
from cordpair.runtime.supervisor import LinkState
from cordpair.runtime.trunks import TrunkAlarm, TrunkHealth, Trunks, WatchedTrunk

__all__ = [
    "DIALLED",
    "EXIT_BUG",
    "EXIT_CONFIGURATION",
    "EXIT_FENCED",
    "EXIT_JOURNAL",
    "EXIT_OK",
    "READY",
    "Accounts",
    "AgentFigures",
    "CoreFailed",
    "Engine",
    "EngineBusy",
    "EngineStopped",
    "Figures",
    "LinkState",
    "MemoryRecords",
    "News",
    "Origin",
    "Outcome",
    "Placed",
    "PlacedCall",
    "QueueFigures",
    "Record",
    "Records",
    "Recovered",
    "Reloader",
    "Result",
    "Setup",
    "Stop",
    "Subscription",
    "TrunkAlarm",
    "TrunkHealth",
    "Trunks",
    "WatchedTrunk",
    "beating",
    "engine_on",
    "figures",
    "opened",
    "placed_calls",
    "recover",
    "run_engine",
    "run_loop",
    "tell",
]
