"""What Prometheus may ask of the centre: stable names, in the registry of the engine.

What the tables know is read when it is asked for; what happens is counted from committed entries. What only the shell
knows (commands, commits, the loop) is measured where it happens, into the same registry.
"""

from collections import Counter as Counts
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cordpair import __version__
from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.model import AgentStatus, NodeStatus
from cordpair.ids import ContactId
from cordpair.journal import Entry
from cordpair.runtime import Engine

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Seconds. An offer must be out within 25 ms; a commit takes a fraction of one.
FAST = (0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

MISSED = frozenset({OfferOutcome.MISSED, OfferOutcome.REJECTED, OfferOutcome.BUSY, OfferOutcome.UNREACHABLE})


class Metrics:
    def __init__(self, engine: Engine) -> None:
        self.registry = registry = engine.meter.registry
        registry.register(Tables(engine))
        build = Gauge("cordpair_build_info", "Which version this is", ["version"], registry=registry)
        build.labels(__version__).set(1)
        self._offers = Counter("cordpair_offers", "Offers that ended", ["outcome"], registry=registry)
        self._misses = Counter(
            "cordpair_misses", "Offers that an agent did not take", ["queue", "reason"], registry=registry
        )
        self._waits = Histogram(
            "cordpair_wait_seconds", "Wait of contacts that were connected", ["queue"], registry=registry,
            buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800),
        )  # fmt: skip
        self._dialled = Histogram(
            "cordpair_dial_to_connect_seconds", "From the request for a call to both talking", ["queue"],
            registry=registry, buckets=(1, 2, 3, 5, 8, 12, 20, 30, 45, 60),
        )  # fmt: skip
        self._placed_calls = Counter(
            "cordpair_placed_calls", "Calls that were asked for and have come to something", ["result"],
            registry=registry,
        )  # fmt: skip
        self._reconnects = Counter(
            "cordpair_reconnects", "Links to a PBX that came up again", ["node"], registry=registry
        )
        self._losses = Counter("cordpair_link_losses", "Links to a PBX that were lost", ["node"], registry=registry)
        self._seq = Gauge("cordpair_journal_entries", "The newest committed entry", registry=registry)
        self._requests = Counter(
            "cordpair_api_requests", "Requests to the API", ["operation", "status"], registry=registry
        )
        self._seconds = Histogram(
            "cordpair_api_request_seconds", "Time to answer a request", ["operation"], registry=registry, buckets=FAST
        )
        self.streams = Gauge("cordpair_stream_clients", "Clients of the stream", registry=registry)
        self.dropped = Counter("cordpair_stream_dropped", "Clients that did not read", registry=registry)
        self._linked = {node for node, row in engine.state.nodes.items() if row.epoch}
        self._queues = {visit.visit: visit.queue for visit in engine.state.visits.values()}
        self._of_offer = {offer.offer: offer.visit for offer in engine.state.offers.values()}
        placed = [contact for contact in engine.state.contacts.values() if contact.placed_by is not None]
        self._placed = {contact.contact for contact in placed}  # until they are given away, see ``acd.events_placed``
        # Those of which it is not known yet what they come to.
        self._asked_for = {each.contact for each in placed if each.connection is None and each.hops <= 1}

    # ------------------------------------------------------------ fed by the shell

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """A request to the API."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    # ------------------------------------------------------------ counted from entries

    def see(self, entry: Entry) -> None:
        self._seq.set(entry.seq)
        for event in entry.events:
            count = _COUNTED.get(type(event))
            if count is not None:
                count(self, event)

    def _began(self, event: ev.VisitBegan) -> None:
        self._queues[event.visit] = event.queue

    def _offered(self, event: ev.OfferMade) -> None:
        self._of_offer[event.offer] = event.visit

    def _offer_ended(self, event: ev.OfferEnded) -> None:
        self._offers.labels(event.outcome.value).inc()
        visit = self._of_offer.pop(event.offer, None)
        if event.outcome in MISSED and visit is not None:
            self._misses.labels(self._queues.get(visit, ""), event.outcome.value).inc()

    def _arrived(self, event: ev.ContactArrived) -> None:
        if event.placed_by is not None:
            self._placed.add(event.contact)
            self._asked_for.add(event.contact)

    def _connected(self, event: ev.ContactConnected) -> None:
        """Nobody waits in a queue while a call is placed: that time is told apart. When the two talk again, since the
        agent's phone had lost the call, it is told no second time."""
        queue, seconds = self._queues.get(event.visit, ""), event.waited_ms / 1_000
        if event.contact not in self._placed:
            self._waits.labels(queue).observe(seconds)
        elif event.contact in self._asked_for:
            self._dialled.labels(queue).observe(seconds)
            self._come_to(event.contact, "connected")

    def _not_reached(self, event: ev.CustomerNotReached) -> None:
        self._come_to(event.contact, "cancelled" if event.cancelled else event.cause.value)

    def _given_away(self, event: ev.ContactTransferred) -> None:
        self._placed.discard(event.contact)

    def _contact_ended(self, event: ev.ContactEnded) -> None:
        self._placed.discard(event.contact)
        self._come_to(event.contact, "not_called")

    def _come_to(self, contact: ContactId, result: str) -> None:
        if contact in self._asked_for:
            self._asked_for.discard(contact)
            self._placed_calls.labels(result).inc()

    def _ended(self, event: ev.VisitEnded) -> None:
        self._queues.pop(event.visit, None)

    def _link(self, event: ev.NodeLinked) -> None:
        counter = self._reconnects.labels(event.node)
        if event.node in self._linked:
            counter.inc()
        self._linked.add(event.node)

    def _lost(self, event: ev.NodeLost) -> None:
        self._losses.labels(event.node).inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)


_COUNTED: dict[type, Any] = {
    ev.ContactArrived: Metrics._arrived,
    ev.ContactTransferred: Metrics._given_away,
    ev.ContactEnded: Metrics._contact_ended,
    ev.CustomerNotReached: Metrics._not_reached,
    ev.VisitBegan: Metrics._began,
    ev.OfferMade: Metrics._offered,
    ev.OfferEnded: Metrics._offer_ended,
    ev.ContactConnected: Metrics._connected,
    ev.VisitEnded: Metrics._ended,
    ev.NodeLinked: Metrics._link,
    ev.NodeLost: Metrics._lost,
}


class Tables(Collector):
    """What the tables know. Visits are counted there over restarts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterable[Metric]:
        yield from self._queues()
        yield from self._agents()
        link = GaugeMetricFamily("cordpair_link_up", "Whether offers can be made on the PBX", labels=["node"])
        for node, row in self._engine.state.nodes.items():
            link.add_metric([node], float(row.status is NodeStatus.OPEN))
        yield link
        yield from self._nodes()
        contacts = GaugeMetricFamily("cordpair_contacts", "Live contacts")
        contacts.add_metric([], len(self._engine.state.contacts))
        yield contacts

    def _nodes(self) -> Iterator[Metric]:
        state = self._engine.state
        draining = GaugeMetricFamily("cordpair_node_draining", "Whether the PBX is being emptied", labels=["node"])
        contacts = GaugeMetricFamily("cordpair_node_contacts", "Live contacts on the PBX", labels=["node"])
        count = Counts(row.node for row in state.contacts.values())
        for node, row in state.nodes.items():
            draining.add_metric([node], float(row.draining))
            contacts.add_metric([node], count[node])
        yield from (draining, contacts)

    def _queues(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("cordpair_waiting", "Contacts that wait", labels=["queue"])
        ready = GaugeMetricFamily("cordpair_queue_agents_ready", "Agents of the queue, not paused", labels=["queue"])
        visits = CounterMetricFamily("cordpair_visits", "Visits that ended", labels=["queue", "outcome"])
        offered = CounterMetricFamily("cordpair_visits_offered", "Visits that began", labels=["queue"])
        for queue, row in self._engine.state.queues.items():
            waiting.add_metric([queue], row.waiting)
            ready.add_metric([queue], row.ready)
            offered.add_metric([queue], row.offered)
            for outcome, count in row.outcomes.items():
                visits.add_metric([queue, outcome.value], count)
        yield from (waiting, ready, visits, offered)

    def _agents(self) -> Iterator[Metric]:
        count = dict.fromkeys(AgentStatus, 0)
        for row in self._engine.state.agents.values():
            count[row.status] += 1
        agents = GaugeMetricFamily("cordpair_agents", "Agents, by what they are", labels=["status"])
        for status, number in count.items():
            agents.add_metric([status.value], number)
        yield agents


__all__ = ["CONTENT_TYPE", "Metrics", "Tables"]
