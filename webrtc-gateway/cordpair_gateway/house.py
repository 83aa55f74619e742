"""The configuration that is in force, as far as browsers are shown it; a reload changes it."""

from collections.abc import Container

from cordpair.config.model import Agent, Config, Queue
from cordpair.ids import AgentId, QueueId
from cordpair.runtime import Engine


class House:
    def __init__(self, engine: Engine, config: Config) -> None:
        """``config``: in force at the start."""
        self._engine, self._config = engine, config

    @property
    def config(self) -> Config:
        reloader = self._engine.reloader
        return reloader.config if reloader is not None else self._config

    def name_of(self, agent: AgentId) -> str:
        """As customers and colleagues see it."""
        return self.config.agents.get(agent, Agent()).shown_as or str(agent)

    def share_of(self, queue: QueueId) -> str:
        """off | live | keep: what may be done with a page that a customer shows."""
        return self.config.queues.get(queue, Queue()).share

    def origins_of(self, portal: str) -> frozenset[str] | None:
        found = self.config.portals.get(portal)
        return frozenset(found.origins) if found is not None else None


class Origins(Container[str]):
    """Of the pages of every portal that there is now, and ``own``."""

    def __init__(self, house: House, *own: str) -> None:
        self._house, self._own = house, own

    def __contains__(self, origin: object) -> bool:
        return origin in self._own or any(origin in each.origins for each in self._house.config.portals.values())


__all__ = ["House", "Origins"]
