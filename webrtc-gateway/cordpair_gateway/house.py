"""The configuration that is in force, as far as browsers are shown it; a reload changes it."""

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


__all__ = ["House"]
