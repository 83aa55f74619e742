"""The description is complete and true: every route is in it, and a stranger who only read it finds no 5xx."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import jsonschema_rs
import pytest

from api.centres import centre
from cordpair.api.app import make_app
from cordpair.api.openapi import document
from cordpair.api.routes import ROUTES

EXAMPLES = 25  # for each operation and phase: some 15 s
# "Valid data" may name a queue that there is none of, which is refused with 400.
LEFT_OUT = "positive_data_acceptance"


async def test_every_route_is_in_it(api) -> None:
    found = await api.get("/v1/openapi.json", who=None)
    described = {(method.upper(), path) for path, each in found["paths"].items() for method in each}
    served = {
        (route.method, route.resource.canonical)
        for route in make_app(api.office).router.routes()
        if route.resource is not None
    }
    assert described == served
    assert found["openapi"] == "3.1.0"
    for operations in found["paths"].values():
        for operation in operations.values():
            assert operation["operationId"]
            assert operation["summary"]
            assert operation["responses"]


def test_roles_are_told() -> None:
    paths = document(ROUTES)["paths"]
    for route in ROUTES:
        told = paths[route.path][route.method.lower()]
        assert told.get("x-roles") == (sorted(route.roles) if route.roles is not None else None)
        assert told["security"] == ([{"key": []}] if route.roles is not None else [])


def test_its_schemas_are_schemas_and_its_references_lead_somewhere() -> None:
    found = document(ROUTES)
    for schema in found["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
    known = {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    assert set(re.findall(r"'\$ref': '([^']*)'", str(found))) <= known
    operations = {route.operation for route in ROUTES}
    for route in ROUTES:
        for led_to in route.leads_to.values():
            assert set(led_to) <= operations


@pytest.fixture
async def api(tmp_path):
    """One whose configuration can be changed."""
    async with centre(tmp_path) as found:
        yield found


@pytest.mark.timeout(180)
@pytest.mark.parametrize("who", ["admin", "ann"])
async def test_a_stranger_finds_no_fault(counted_api, tmp_path, who) -> None:
    api = counted_api
    await api.staff("ann")
    people = asyncio.create_task(callers(api))
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"), "run", f"{api.url}/v1/openapi.json", "--checks", "all",
        "--exclude-checks", LEFT_OUT, "--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic",
        "--header", f"Authorization: Bearer {api.keys.of(who)}", "--no-color", "--max-failures", "20",
        "--suppress-health-check", "all", "--max-time", "25",
        cwd=tmp_path, stdout=PIPE, stderr=STDOUT, env=os.environ | {"COLUMNS": "120"},
    )  # fmt: skip
    said, _ = await process.communicate()
    people.cancel()
    assert process.returncode == 0, said.decode()[-6_000:]
    assert (await api.get("/readyz"))["ready"]


async def callers(api) -> None:
    """Always some who wait and talk, so that there is something to find."""
    while True:
        if len(api.state.contacts) < 4:
            api.pbx.call("5001", patience_ms=2_000)
            api.pbx.call("5002", patience_ms=2_000)
        await asyncio.sleep(0.05)  # sleep: people come when they come
