"""Pure queueing and routing: inputs in, events and commands out. No IO, no clock, no randomness of its own."""

from cordpair.acd.commands import Command
from cordpair.acd.configuration import Configuration
from cordpair.acd.events import Event
from cordpair.acd.inputs import Input
from cordpair.acd.model import State

__all__ = ["Command", "Configuration", "Event", "Input", "State"]
