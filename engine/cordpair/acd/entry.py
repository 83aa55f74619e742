"""What a visit begins with."""

from cordpair.acd.configuration import Service, Step
from cordpair.ids import AgentId, QueueId, ServiceId


class Entry:
    """Where to, how urgent, since when."""

    __slots__ = ("enqueued_at", "head_start_ms", "kept_for", "queue", "service", "steps")

    def __init__(
        self,
        queue: QueueId,
        enqueued_at: int,
        head_start_ms: int = 0,
        steps: tuple[Step, ...] | None = None,
        service: ServiceId | None = None,
        kept_for: tuple[AgentId, int] | None = None,
    ) -> None:
        """``kept_for``: an agent it is transferred to, and until when nobody else is offered it."""
        self.queue = queue
        self.kept_for = kept_for
        self.enqueued_at = enqueued_at
        self.head_start_ms = head_start_ms
        self.steps = steps
        self.service = service


def through_service(service: Service, enqueued_at: int) -> Entry:
    return Entry(service.queue, enqueued_at, service.head_start_ms, service.steps, service.service)


__all__ = ["Entry", "through_service"]
