"""Pure queueing and routing: inputs in, events and commands out. No IO, no clock, no randomness of its own."""

from cordpair.acd.commands import Command
from cordpair.acd.configuration import Configuration
from cordpair.acd.core import Acd, Decision
from cordpair.acd.events import Event
from cordpair.acd.evolve import evolve
from cordpair.acd.explain import Candidate, Explanation, explain
from cordpair.acd.inputs import Input
from cordpair.acd.invariants import breaches
from cordpair.acd.model import Cell, State

__all__ = [
    "Acd",
    "Candidate",
    "Cell",
    "Command",
    "Configuration",
    "Decision",
    "Event",
    "Explanation",
    "Input",
    "State",
    "breaches",
    "evolve",
    "explain",
]
