"""Whose number a customer is shown."""

from collections.abc import Mapping

import msgspec


class CallerIds(msgspec.Struct, frozen=True):
    """Nothing: what the trunk has."""

    default: str = ""
    queues: Mapping[str, str] = {}
    agents: Mapping[str, str] = {}

    def shown(self, agent: str, queue: str) -> str:
        """The nearer rule counts: the agent's own before the queue's."""
        return self.agents.get(agent) or self.queues.get(queue) or self.default


__all__ = ["CallerIds"]
