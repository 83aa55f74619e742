"""What can be seen of an engine: its log without people's data, its metrics, its traces."""

import asyncio
import io
import json
import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cordpair.acd.configuration import Agent, Assignment, Configuration, Queue, Seat, Service
from cordpair.acd.inputs import Ready, SignIn
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId
from cordpair.observe import Traces, log_to, traces_from_environment
from cordpair.runtime import MemoryRecords, engine_on
from cordpair_loopback import FaultKind, LoopbackDriver, LoopbackPbx

NODE, ANN, SALES = NodeId("n1"), AgentId("ann"), QueueId("sales")
CONFIGURATION = Configuration(
    revision=7,
    nodes=(NODE,),
    queues=(Queue(SALES),),
    agents=(Agent(ANN, {}, (Assignment(SALES),), SeatId("s1")),),
    seats=(Seat(SeatId("s1"), "101"),),
    services=(Service(ServiceId("any"), SALES),),
)


def test_production_logs_json_without_peoples_data() -> None:
    said = io.StringIO()
    log_to(said)
    log = logging.getLogger("cordpair.anything")
    log.warning("a %s", "sentence", extra={"caller": "Ada", "Number": "+49301", "deep": {"email": "a@b"}, "queue": "q"})
    try:
        raise ValueError
    except ValueError:
        log.exception("failed")
    first, second = map(json.loads, said.getvalue().splitlines())
    assert (first["event"], first["level"], first["logger"]) == ("a sentence", "warning", "cordpair.anything")
    assert (first["caller"], first["Number"], first["deep"], first["queue"]) == ("…", "…", {"email": "…"}, "q")
    assert "ValueError" in second["exception"]


def test_a_terminal_shows_lines() -> None:
    said = io.StringIO()
    log_to(said, as_json=False)
    logging.getLogger("cordpair.anything").info("a %s", "sentence")
    assert "a sentence" in said.getvalue() and "{" not in said.getvalue()


@pytest.fixture
async def centre(journal, clock):
    pbx = LoopbackPbx(clock, phones=["101"])
    engine = await engine_on(
        journal, CONFIGURATION, [LoopbackDriver(NODE, pbx, "main", ("101",))], MemoryRecords(), clock
    )
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    engine.trace(Traces(provider))
    task = asyncio.create_task(engine.run())
    await clock.advance(1_000)
    yield engine, pbx, spans
    engine.stop()
    await clock.advance(5_000)
    await task


async def one_call(engine, pbx, clock) -> None:
    for request in (SignIn(ANN), Ready(ANN)):
        answer = asyncio.ensure_future(engine.request(request))
        await clock.settle()
        await answer
    call = pbx.call("4711", number="+4930123456", name="Ada")
    await clock.advance(3_000)
    call.hang_up()
    await clock.advance(5_000)


async def test_metrics_of_the_shell(centre, clock) -> None:
    engine, pbx, _ = centre
    pbx.faults.plant("music", FaultKind.REFUSE)
    await one_call(engine, pbx, clock)
    value = engine.meter.registry.get_sample_value
    assert value("cordpair_command_seconds_count", {"node": "n1", "command": "Originate", "result": "ok"}) == 1
    assert value("cordpair_command_failures_total", {"node": "n1", "command": "Music", "failure": "refused"}) == 1
    assert value("cordpair_journal_commit_seconds_count") == engine._journal.last_seq - 1
    assert value("cordpair_configuration_revision") == 7
    assert value("cordpair_inbox_depth") == 0 and value("cordpair_commands_open") == 0


async def test_a_span_for_the_contact_with_its_offers(centre, clock) -> None:
    engine, pbx, spans = centre
    await one_call(engine, pbx, clock)
    offer, contact = spans.get_finished_spans()
    assert (contact.name, offer.name) == ("contact", "offer")
    assert offer.parent.span_id == contact.context.span_id and contact.parent is None
    assert offer.attributes["cordpair.outcome"] == "connected" and offer.attributes["cordpair.agent"] == "ann"
    assert contact.attributes["cordpair.end"] == "caller_hung_up"
    assert [event.name for event in contact.events] == ["enqueued", "connected", "dequeued", "disconnected"]
    assert contact.start_time <= offer.start_time <= offer.end_time <= contact.end_time
    assert "4930123456" not in contact.to_json() and "Ada" not in contact.to_json()


def test_no_traces_unless_they_are_asked_for() -> None:
    assert traces_from_environment({}) is None
    assert traces_from_environment({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}) is None


def test_without_the_exporter_it_is_said(caplog) -> None:
    pytest.importorskip("opentelemetry")
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except ImportError:
        assert traces_from_environment({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}) is None
        assert "cordpair[otel]" in caplog.text
