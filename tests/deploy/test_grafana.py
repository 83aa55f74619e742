"""Grafana's dashboard asks for metrics that the engine really exports, with labels that they have."""

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from deploy.conftest import SECONDS, cordpair, running
from lab.process import free_port

# Of Prometheus itself: which engine was asked, and what histograms are made of.
GIVEN = {"instance", "job", "le"}
# Of metrics that have no samples before the first one; a sample's labels cannot be seen then.
ANY = None
ENDINGS = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
CENTRE = """
[pbx.demo]
url = "loopback://?seats=101-103&sign_in=011,033&dialled=4711&callers_per_minute=600&ring_ms=20-30&answer_ms=20-50&talk_ms=50-90"
[http]
listen = "127.0.0.1:{port}"
[gateway]
url = "http://127.0.0.1:{port}"
[queues.help]
wrap_up = "0s"
alarms = {{ waiting = 3 }}
[services.help]
queue = "help"
[phones]
[phones.codes]
sign_in = "011"
ready = "033"
[webhooks.to.crm]
url = "http://127.0.0.1:9/"
secret = {{ env = "PLANTED_SECRET" }}
"""
SEATS = "".join(
    f'[seats.{n}]\nendpoint = "{n}"\n[agents.a{n}]\nseat = "{n}"\nqueues = {{ help = {{}} }}\n' for n in (101, 102, 103)
)


@pytest.fixture(scope="module")
def dashboard(root: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((root / "deploy/grafana/cordpair.json").read_text("utf-8"))
    return read


def expressions(dashboard: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Panel, expression, legend; Grafana's own variables as it would fill them in."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            filled = target["expr"].replace("$__rate_interval", "1m").replace("$instance", ".*").replace("$queue", ".*")
            yield panel["title"], filled, target["legendFormat"]


def selectors(expression: Any) -> Iterator[Any]:
    """Every selection of a metric in a parsed expression."""
    match expression:
        case promql_parser.VectorSelector():
            yield expression
        case promql_parser.MatrixSelector():
            yield expression.vector_selector
        case promql_parser.BinaryExpr():
            yield from selectors(expression.lhs)
            yield from selectors(expression.rhs)
        case promql_parser.AggregateExpr() | promql_parser.ParenExpr() | promql_parser.UnaryExpr():
            yield from selectors(expression.expr)
        case promql_parser.Call():
            for argument in expression.args:
                yield from selectors(argument)


async def exported(directory: Path) -> dict[str, set[str] | None]:
    """By a sample's name, its labels; of families without a sample yet, every name that they may have."""
    port = free_port(socket.SOCK_STREAM)
    (directory / "cordpair.toml").write_text(CENTRE.format(port=port) + SEATS)
    async with (
        running(*cordpair("serve"), directory=directory, until="link up"),
        ClientSession() as session,
        asyncio.timeout(SECONDS),
    ):
        while True:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as reply:
                text = await reply.text()
            if re.search(r'^cordpair_visits_total\{.*outcome="connected".*\} [1-9]', text, re.MULTILINE):
                return named(text)
            await asyncio.sleep(0.1)  # sleep: what is scraped says nothing by itself


def named(text: str) -> dict[str, set[str] | None]:
    names: dict[str, set[str] | None] = {}
    for family in text_string_to_metric_families(text):
        if family.name.endswith("_created"):
            continue
        for ending in ENDINGS.get(family.type, [""]):
            names[family.name + ending] = ANY
        for sample in family.samples:
            names[sample.name] = (names.get(sample.name) or set()) | set(sample.labels)
    return names


async def test_every_panel_asks_for_what_there_is(
    dashboard: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED_SECRET", "sixteen characters or more")
    names = await exported(tmp_path)
    asked: set[str] = set()
    for panel, expression, legend in expressions(dashboard):
        parsed = promql_parser.parse(expression)
        for selector in selectors(parsed):
            asked.add(selector.name)
            assert selector.name in names, f"{panel}: the engine exports no {selector.name}"
            labels = names[selector.name]
            wanted = {matcher.name for matcher in selector.matchers.matchers} - GIVEN
            if isinstance(labels, set):
                assert wanted <= labels, f"{panel}: {selector.name} has no label {wanted - labels}"
        grouped = re.search(r"\bby \(([^)]*)\)", expression)
        shown = set(re.findall(r"\{\{(\w+)\}\}", legend))
        if grouped is not None:
            assert shown <= {each.strip() for each in grouped[1].split(",")}, f"{panel}: {legend} is not grouped by"
    # Each metric that an operator would want to see has its place.
    unseen = {name.removesuffix("_bucket") for name in names if name.startswith("cordpair_")} - {
        name.removesuffix("_bucket") for name in asked
    }
    assert {name for name in unseen if not name.endswith(("_count", "_sum"))} <= {
        "cordpair_build_info",  # in the choice of the engine
        "cordpair_door_closed_total",
        "cordpair_door_frames_total",
        "cordpair_door_refused_total",
        "cordpair_invariant_checks_total",
        "cordpair_reports_reconciled_timestamp_seconds",
        "cordpair_reports_sent_total",
        "cordpair_stream_dropped_total",
    }


def test_it_is_a_dashboard_without_a_place_of_its_own(dashboard: dict[str, Any]) -> None:
    """Ids differ, panels do not overlap, and the data source is the reader's choice."""
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel.get("targets", []))
