"""The dashboard interface of the PHP call-centre platform (github.com/mor10am/callcenter): its WebSocket and its
report file."""

from cordpair.adapters.callcenter.board import Board
from cordpair.adapters.callcenter.fold import Change, Fold, Left
from cordpair.adapters.callcenter.memory import Memory, memory_of
from cordpair.adapters.callcenter.part import CALLCENTER, mount
from cordpair.adapters.callcenter.report import Report, row
from cordpair.adapters.callcenter.rows import Agent, Call, Connection, Counters, Stats, half_up
from cordpair.adapters.callcenter.socket import Dashboards

__all__ = [
    "CALLCENTER",
    "Agent",
    "Board",
    "Call",
    "Change",
    "Connection",
    "Counters",
    "Dashboards",
    "Fold",
    "Left",
    "Memory",
    "Report",
    "Stats",
    "half_up",
    "memory_of",
    "mount",
    "row",
]
