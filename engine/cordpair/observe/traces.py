"""Traces: a span for each contact, from its arrival to its end, with its offers as children.

Made from committed entries, with their times; nothing on the way to a decision waits for it. Without the package
(``pip install cordpair[otel]``) there are none.
"""

import importlib
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

from cordpair import __version__
from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.model import State
from cordpair.journal.entry import Entry

log = logging.getLogger(__name__)

NS = 1_000_000  # in a ms


def traces_from_environment(environment: Mapping[str, str] = os.environ) -> "Traces | None":
    """What OpenTelemetry's own variables ask for: traces go to OTEL_EXPORTER_OTLP_ENDPOINT, if there is one."""
    wanted = environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if not wanted or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        exporter = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  an extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        log.warning("an OTLP endpoint is set, but traces need a package: pip install 'cordpair[otel]'")
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": "cordpair", "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(exporter()))
    return Traces(provider)


class Traces:
    def __init__(self, provider: Any) -> None:
        """``provider``: an OpenTelemetry TracerProvider."""
        from opentelemetry import trace  # noqa: PLC0415  an extra

        self._trace = trace
        self._provider = provider
        self._tracer = provider.get_tracer("cordpair", __version__)
        self._contacts: dict[str, Any] = {}
        self._offers: dict[str, Any] = {}
        self._visits: dict[str, str] = {}  # visit → contact

    def resume(self, state: State) -> None:
        """Contacts that were there before this engine: their spans begin when they arrived, in a new trace."""
        for contact in state.contacts.values():
            self._begin(contact.contact, contact.arrived_at, contact.medium, contact.service, contact.node, True)
            if contact.visit is not None:
                self._visits[contact.visit] = contact.contact
        for offer in state.offers.values():
            self._offer(offer.offer, offer.contact, offer.agent, offer.made_at, "")

    def see(self, entry: Entry) -> None:
        """A committed entry. Never raises."""
        for event in entry.events:
            told = _TOLD.get(type(event))
            if told is not None:
                try:
                    told(self, event, entry.at * NS)
                except Exception:
                    log.exception("a span was lost")

    def close(self) -> None:
        """Send what is over; what goes on is told by the engine that takes it over."""
        shutdown = getattr(self._provider, "shutdown", None)
        if shutdown is not None:
            shutdown()

    # ------------------------------------------------------------ spans

    def _begin(
        self, contact: str, at_ms: int, medium: str, service: str | None, node: str, resumed: bool = False
    ) -> None:
        attributes: dict[str, str | bool] = {"cordpair.contact": contact, "cordpair.medium": medium}
        if service is not None:
            attributes["cordpair.service"] = service
        if node:
            attributes["cordpair.node"] = node
        if resumed:
            attributes["cordpair.resumed"] = True
        kind = self._trace.SpanKind.SERVER
        self._contacts[contact] = self._tracer.start_span(
            "contact", self._nothing(), kind=kind, attributes=attributes, start_time=at_ms * NS
        )

    def _nothing(self) -> Any:
        from opentelemetry.context import Context  # noqa: PLC0415

        return Context()

    def _offer(self, offer: str, contact: str, agent: str, at_ms: int, strategy: str) -> None:
        parent = self._contacts.get(contact)
        if parent is None:
            return
        attributes = {"cordpair.offer": offer, "cordpair.agent": agent}
        if strategy:
            attributes["cordpair.strategy"] = strategy
        context = self._trace.set_span_in_context(parent, self._nothing())
        self._offers[offer] = self._tracer.start_span("offer", context, attributes=attributes, start_time=at_ms * NS)

    def _note(self, contact: str | None, name: str, at: int, **attributes: str | int) -> None:
        span = self._contacts.get(contact) if contact is not None else None
        if span is not None:
            span.add_event(name, {f"cordpair.{key}": value for key, value in attributes.items()}, timestamp=at)

    # ------------------------------------------------------------ events

    def _arrived(self, event: ev.ContactArrived, at: int) -> None:
        self._begin(event.contact, event.arrived_at, event.medium, event.service, event.node)

    def _visit_began(self, event: ev.VisitBegan, at: int) -> None:
        self._visits[event.visit] = event.contact
        self._note(event.contact, "enqueued", at, queue=event.queue)

    def _visit_refused(self, event: ev.VisitRefused, at: int) -> None:
        self._note(event.contact, "turned away", at, queue=event.queue, outcome=event.outcome.value)

    def _visit_ended(self, event: ev.VisitEnded, at: int) -> None:
        contact = self._visits.pop(event.visit, None)
        self._note(contact, "dequeued", at, outcome=event.outcome.value, waited_ms=event.waited_ms)

    def _offered(self, event: ev.OfferMade, at: int) -> None:
        self._offer(event.offer, event.contact, event.agent, at // NS, event.strategy)

    def _rang(self, event: ev.OfferRang, at: int) -> None:
        span = self._offers.get(event.offer)
        if span is not None:
            span.add_event("ringing", timestamp=at)

    def _offer_ended(self, event: ev.OfferEnded, at: int) -> None:
        span = self._offers.pop(event.offer, None)
        if span is not None:
            span.set_attribute("cordpair.outcome", event.outcome.value)
            if event.outcome is OfferOutcome.FAILED:
                span.set_status(self._trace.StatusCode.ERROR)
            span.end(at)

    def _connected(self, event: ev.ContactConnected, at: int) -> None:
        self._note(event.contact, "connected", at, agent=event.agent, waited_ms=event.waited_ms)

    def _disconnected(self, event: ev.ConnectionEnded, at: int) -> None:
        self._note(event.contact, "disconnected", at, agent=event.agent, by=event.by, talk_ms=event.talk_ms)

    def _ended(self, event: ev.ContactEnded, at: int) -> None:
        span = self._contacts.pop(event.contact, None)
        if span is not None:
            span.set_attribute("cordpair.end", event.end.value)
            span.end(at)


_TOLD: dict[type, Callable[[Traces, Any, int], None]] = {
    ev.ContactArrived: Traces._arrived,
    ev.VisitBegan: Traces._visit_began,
    ev.VisitRefused: Traces._visit_refused,
    ev.VisitEnded: Traces._visit_ended,
    ev.OfferMade: Traces._offered,
    ev.OfferRang: Traces._rang,
    ev.OfferEnded: Traces._offer_ended,
    ev.ContactConnected: Traces._connected,
    ev.ConnectionEnded: Traces._disconnected,
    ev.ContactEnded: Traces._ended,
}

__all__ = ["Traces", "traces_from_environment"]
