"""Whatever is sent: an answer in the 400s that says what is wrong, and the engine goes on."""

import asyncio
import json
import logging

import pytest

from api.conftest import serving
from cordpair.api import app as app_module
from cordpair.api.limits import Limits

BODIES = [
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"7",
    b"\xff\xfe",
    b"\x00",
    b"{}{}",
    b'{"head_start": NaN}',
    b'{"head_start": 1e999}',
    b'{"head_start": -1e999}',
    b'{"head_start": ' + b"9" * 5_000 + b"}",
    b'{"head_start": true}',
    b'{"head_start": "1"}',
    b'{"skills": ' + b"[" * 20_000,
    b'{"skills": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    b'{"skills": {"german": 1.5}}',
    b'{"skills": {"\\ud800": 1}}',
    b'{"skills": {"\\u0000": 1}}',
    json.dumps({"skills": {str(n): 1 for n in range(1_000)}}).encode(),
    b'{"__proto__": {}}',
    b'{"reason": {"$ne": null}}',
    b'{"key": 1, "queue": ["mails"]}',
]
TARGETS = [
    ("PATCH", "/v1/contacts/r-c1"),
    ("POST", "/v1/agents/ann/not-ready"),
    ("POST", "/v1/agents/ann/sign-in"),
    ("POST", "/v1/agents/ann/ready"),
    ("POST", "/v1/tasks"),
]
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_hostile_bodies(api, body) -> None:
    api.pbx.call("5001")
    await api.until(lambda state: state.visits)
    for method, path in TARGETS:
        async with api.http.request(method, api.url + path, data=body, headers=api.headers("admin") | JSON) as response:
            answer = await response.json()
            assert response.status in (400, 409), (path, answer)
            assert answer["error"]["message"]
    assert (await api.get("/readyz"))["ready"]


async def test_bodies_that_are_too_large(api) -> None:
    for data in (b" " * 65_537, b'{"reason":"' + b"x" * 70_000 + b'"}'):
        async with api.http.post(
            api.url + "/v1/agents/ann/not-ready", data=data, headers=api.headers("admin") | JSON
        ) as got:
            assert (got.status, (await got.json())["error"]["code"]) == (413, "too_large")


async def test_a_large_body_in_chunks(api) -> None:
    async def chunks():
        for _ in range(100):
            yield b" " * 1_000

    async with api.http.post(
        api.url + "/v1/agents/ann/ready", data=chunks(), headers=api.headers("admin") | JSON
    ) as got:
        assert got.status == 413


async def test_other_media(api) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        async with api.http.post(
            api.url + "/v1/agents/ann/ready", data=b"{}", headers=api.headers("admin") | headers
        ) as got:
            assert got.status == 415
    zipped = api.headers("admin") | JSON | {"Content-Encoding": "deflate"}
    async with api.http.post(api.url + "/v1/agents/ann/ready", data=b"{}", headers=zipped, compress=False) as got:
        assert got.status == 415


async def raw(api, *parts: bytes, wait: float = 5.0) -> bytes:
    host, port = api.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for part in parts:
        writer.write(part)
    async with asyncio.timeout(wait):
        found = await reader.read(65_536)
    writer.close()
    return found


async def test_a_body_that_does_not_come(api, monkeypatch) -> None:
    monkeypatch.setattr(app_module, "BODY_S", 0.05)
    head = (
        f"POST /v1/agents/ann/ready HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.keys.of('admin')}\r\n"
        "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    )
    assert (await raw(api, head.encode())).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "request_",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /v1/agents HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/agents HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(300)) + b"\r\n",
        b"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    ],
)
async def test_what_is_no_http(api, request_) -> None:
    status = (await raw(api, request_)).split(b" ", 2)[1]
    assert status.startswith(b"4"), status
    assert (await api.get("/healthz"))["status"] == "ok"


async def test_paths_and_methods_that_there_are_none_of(api) -> None:
    for method, path, status in (
        ("GET", "/", 404), ("GET", "/v1", 404), ("GET", "/v1/agents/", 404), ("GET", "/v2/agents", 404),
        ("PUT", "/v1/agents/ann", 405), ("PUT", "/v1/contacts/r-c1", 405), ("TRACE", "/v1/agents", 405),
        ("GET", "/v1/agents/ann/../bob/x", 404), ("GET", "/v1/agents/%2e%2e%2fetc", 404),
    ):  # fmt: skip
        got, answer = await api.ask(method, path)
        assert got == status, (method, path)
        assert answer["error"]["code"] in ("not_found", "method_not_allowed")


async def test_a_query_where_there_is_none(api) -> None:
    status, answer = await api.ask("GET", "/v1/agents?x=1")
    assert (status, answer["error"]["field"]) == (400, "x")


async def test_a_key_that_is_used_too_often(tmp_path) -> None:
    async with serving(tmp_path, limits=Limits(rate=0.001, burst=3)) as api:
        statuses = [(await api.ask("GET", "/v1/agents"))[0] for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert (await api.raw("GET", "/v1/agents")).headers["Retry-After"] == "1"
        assert (await api.ask("GET", "/v1/agents", who="read-only"))[0] == 200


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    limits = Limits(rate=2, burst=4, clock=lambda: now[0])
    assert [limits.allow("k") for _ in range(5)] == [True] * 4 + [False]
    now[0] = 1.0
    assert [limits.allow("k") for _ in range(3)] == [True, True, False]
    now[0] = 100.0
    assert [limits.allow("k") for _ in range(5)] == [True] * 4 + [False]


async def test_neither_secrets_nor_persons_are_logged(api, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    await api.staff("ann")
    api.pbx.call("5001", number="+4930123456", name="Ada Lovelace")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    await api.get("/v1/contacts")
    await api.ask("GET", "/v1/contacts/+4930123456")
    await api.ask("GET", "/v1/agents?token=secret-of-mine")
    assert "listContacts 200" in caplog.text
    for secret in ("+4930123456", "Lovelace", "secret-of-mine", api.keys.of("admin").rpartition("_")[2]):
        ours = [record.getMessage() for record in caplog.records if record.name.startswith("cordpair")]
        assert not [line for line in ours if secret in line]


async def test_a_defect_of_ours_is_told_as_one(api, monkeypatch, caplog) -> None:
    async def fails() -> None:
        raise ZeroDivisionError("with secrets in it")

    monkeypatch.setattr(api.office.hub, "current", fails)
    status, answer = await api.ask("GET", "/v1/agents")
    assert (status, answer["error"]["code"]) == (500, "internal")
    assert "secrets" not in answer["error"]["message"]
    assert "ZeroDivisionError" in caplog.text
