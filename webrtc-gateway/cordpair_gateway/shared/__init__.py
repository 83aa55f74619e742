"""The shared page: from a customer's browser, with their consent, to the agent whom they talk to."""

from cordpair_gateway.shared.handler import PATH, PROTOCOL, Agents, SharedHandler
from cordpair_gateway.shared.kept import KeptPages
from cordpair_gateway.shared.pages import SharedPages

__all__ = ["PATH", "PROTOCOL", "Agents", "KeptPages", "SharedHandler", "SharedPages"]
