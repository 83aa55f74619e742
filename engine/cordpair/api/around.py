"""What rows show beside the tables: names and thresholds of the configuration in force, and the figures of the day."""

from collections.abc import Callable

from cordpair.api.alarms import thresholds
from cordpair.api.views import Thresholds
from cordpair.config.model import Agent, Config, Queue
from cordpair.ids import AgentId, QueueId
from cordpair.reports import Live, QueueFigures


class Around:
    """``config`` is asked for what is in force; None: nothing is known of it."""

    def __init__(self, config: Callable[[], Config | None] = lambda: None, live: Live | None = None) -> None:
        self._config = config
        self._live = live
        self._seen = self._state()

    def name_of(self, agent: AgentId) -> str:
        """As colleagues see it."""
        config = self._config()
        return (config.agents.get(agent, Agent()).shown_as if config is not None else "") or str(agent)

    def thresholds_of(self, queue: QueueId) -> Thresholds:
        config = self._config()
        if config is None:
            return Thresholds()
        return thresholds(config.queues.get(queue, Queue()).alarms, config.alarms)

    def today(self, queue: QueueId) -> QueueFigures | None:
        return self._live.figures(queue) if self._live is not None else None

    def turned(self) -> bool:
        """Whether something became different, since the last time, of which no entry tells: another configuration,
        another day, or a morning that is known now."""
        (config, day), self._seen = self._seen, self._state()
        return config is not self._seen[0] or day != self._seen[1]

    def _state(self) -> tuple[Config | None, object]:
        live = self._live
        return self._config(), None if live is None else (live.day, live.complete)


__all__ = ["Around"]
