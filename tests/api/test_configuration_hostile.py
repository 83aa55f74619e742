"""Whatever an administrator sends as a configuration: an answer in the 400s, the engine goes on, no secret is told."""

import io
import json
import threading

import pytest

from api.centres import TEXT, centre
from api.conftest import Api
from cordpair.api.configuration import editing, reading, tables
from cordpair.api.configuration.bodies import LARGEST
from cordpair.config.problems import MOST
from cordpair.runtime import reload

HERE = "/v1/configuration"
NAMES = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "a\nb",
    "\u202eevil",
    "'; DROP TABLE drafts;--",
    "x" * 5_000,
    "",
]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def api(tmp_path):
    async with centre(tmp_path) as found:
        yield found


@pytest.mark.parametrize("name", NAMES)
async def test_hostile_names(api, name) -> None:
    present = await api.get(HERE)
    config = {**present["config"], "agents": {name: {"shown_as": name * 100, "queues": {name: {}}}}}
    found = await api.do(HERE + "/check", {"config": config, "order": {"agents": [name, name], name: [name]}})
    assert any(each["severity"] == "error" for each in found["problems"])
    for each in found["problems"]:
        assert each["path"].isprintable() and each["message"].isprintable()
        assert len(each["path"]) < 1_000 and len(each["message"]) < 1_000
    status, _ = await api.ask("POST", HERE + "/apply", {"base": 1, "config": config})
    assert status == 422
    status, _ = await api.ask("POST", HERE + "/changes", {"set": {name: {}, f"agents.{name}": {}}, "remove": [name]})
    assert status == 422
    assert (await api.ask("PUT", HERE + "/draft", {"base": 1, "config": config}))[0] == 200
    assert (await api.get(HERE + "/draft"))["config"] == config
    assert (await api.do(HERE + "/import", {"text": name}))["problems"]
    assert (await api.get(HERE))["revision"] == 1


BODIES = [
    b"{", b"null", b"[]", b'{"config": 1}', b'{"config": {}, "base": -1}', b'{"config": {}, "base": 1e999}',
    b'{"config": {}, "base": 99999999999999999999}', b'{"config": {"\\ud800": 1}, "base": 1}',
    b'{"config": {"a": ' + b"[" * 20_000, b'{"config": {}, "base": 1, "order": {"agents": [1]}}',
    b'{"config": {}, "base": 1, "order": {"agents": "x"}}', b'{"config": {}, "base": 1, "more": 1}',
    b'{"base": 1, "config": {"agents": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_002, b'{"config": {}, "base": true}',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_hostile_bodies(api, body) -> None:
    for method, path in (("POST", "/apply"), ("PUT", "/draft"), ("POST", "/check"), ("POST", "/changes")):
        response = await send(api, method, path, body)
        assert response[0] in (400, 422), (path, response)
    assert (await api.get("/readyz"))["ready"]


async def send(api: Api, method: str, path: str, body: bytes | io.BytesIO) -> tuple:
    headers = api.headers("admin") | JSON
    async with api.http.request(method, api.url + HERE + path, data=body, headers=headers) as response:
        return response.status, await response.json()


async def test_null_and_dates_are_told(api) -> None:
    found = await api.do(HERE + "/check", {"config": {"pbx": {"n1": {"url": None}}, "misses": None}})
    assert {each["path"]: each["message"] for each in found["problems"]} == {
        "pbx.n1.url": "must be text in quotes, not null",
        "misses": "must be a table, not null",
    }


async def test_a_bounded_number_of_problems(api) -> None:
    found = await api.do(HERE + "/check", {"config": {str(number): 1 for number in range(MOST + 500)}})
    assert len(found["problems"]) == MOST
    assert found["more"] >= 500
    status, answer = await api.ask("POST", HERE + "/apply", {
        "base": 1, "config": {"queues": {f"q{number}": {"max_wait": "0s"} for number in range(3_000)}}
    })  # fmt: skip
    assert (status, len(answer["error"]["problems"])) == (422, MOST)


async def test_too_large(api) -> None:
    status, answer = await send(api, "POST", "/check", io.BytesIO(b" " * (LARGEST + 1)))
    assert (status, answer["error"]["code"]) == (413, "too_large")

    async def endless():
        for _ in range(100):
            yield b" " * 64 * 1024

    headers = api.headers("admin") | JSON
    async with api.http.post(api.url + HERE + "/check", data=endless(), headers=headers) as response:
        assert response.status == 413
    status, _ = await send(api, "POST", "/revisions/1/roll-back", b'{"base": 1}' + b" " * 65_536)
    assert status == 413, "what is small has the limit of all"
    dots = "\n".join("a" + ".a" * 49 + str(number) + " = 1" for number in range(10_000))
    status, answer = await send(api, "POST", "/import", io.BytesIO(json.dumps({"text": dots}).encode()))
    assert (status, bool(answer["problems"])) == (200, True)
    for text in ('x = "' + '\\"' * 500_000, "'" * 500_001, '"' * 500_001, "x = 1 # " + "." * 500_000):
        assert (await send(api, "POST", "/import", io.BytesIO(json.dumps({"text": text}).encode())))[0] == 200
    fine = 'x = ["' + "1.2.3.4, " * 50 + '"] # ' + "." * 100
    assert (await api.do(HERE + "/import", {"text": fine}))["config"] is not None
    assert (await api.do(HERE + "/import", {"text": "a." * 50_000 + "b = 1"}))["config"] is None


def large(agents: int = 500, queues: int = 200) -> str:
    parts = [TEXT]
    for number in range(queues):
        parts.append(
            f'[queues.q{number}]\nsteps = [{{ levels = {{ german = 5 }} }}, {{ after = "30s" }}]\nwrap_up = "10s"\n'
            f'on_timeout = {{ queue = "sales" }}\nmax_wait = "5m"\n'
            'pops = [{ url = "https://crm.example.com/?c={customer}", title = "Customer" }]\n'
        )
    for number in range(agents):
        worked = ", ".join(f"q{(number * 7 + each) % queues} = {{ tier = 2 }}" for each in range(5))
        parts.append(
            f'[seats.s{number}]\nendpoint = "e{number}"\n[agents.a{number}]\nseat = "s{number}"\n'
            f'shown_as = "Agent {number}"\nskills = {{ german = 7, english = 3 }}\nqueues = {{ {worked} }}\n'
        )
    return "".join(parts)


LONG = (
    (tables, "examine"), (tables, "to_raw"), (tables, "difference"), (reading, "difference_of_texts"),
    (reading, "content_hash"), (reading, "write"), (reload, "difference"), (reload, "parse"), (editing, "parse"),
)  # fmt: skip


async def test_a_large_centre_does_not_hold_the_loop(tmp_path, monkeypatch) -> None:
    """What takes long is never done on the loop's own thread."""
    async with centre(tmp_path, large()) as api:
        done: dict[str, set[bool]] = {}

        def watched(name, function):
            def call(*given):
                done.setdefault(name, set()).add(threading.current_thread() is threading.main_thread())
                return function(*given)

            return call

        for module, name in LONG:
            monkeypatch.setattr(module, name, watched(f"{module.__name__}.{name}", getattr(module, name)))
        present = await api.get(HERE)
        body = {"base": 1, "config": {**present["config"], "misses": {"limit": 5}}, "order": present["order"]}
        text = await (await api.raw("GET", HERE + "/export")).text()
        for method, path, sent in (
            ("POST", "/check", {key: body[key] for key in ("config", "order")}), ("POST", "/import", {"text": text}),
            ("PUT", "/draft", body), ("GET", "/draft", None), ("POST", "/apply", body), ("GET", "/revisions/2", None),
            ("POST", "/changes", {"set": {"misses": {}}}), ("POST", "/revisions/2/roll-back", {"base": 3}),
        ):  # fmt: skip
            status, answer = await api.ask(method, HERE + path, sent)
            assert status == 200, answer
        assert (await api.ask("POST", HERE + "/apply", body))[0] == 409
        assert (await api.get(HERE))["revision"] == 4
        assert done == {f"{module.__name__}.{name}": {False} for module, name in LONG}


async def test_no_secret_is_in_any_answer(tmp_path, monkeypatch, caplog) -> None:
    monkeypatch.setenv("C_SECRET", "hush-hush-1")
    (tmp_path / "turn").write_text("hush-hush-2")
    text = TEXT + (
        '[gateway]\nurl = "https://help.example.com"\nturn = ["turn:t.example.com"]\n'
        'turn_secret = { file = "turn" }\n[sign_in.oidc]\nissuer = "https://login.example.com"\n'
        'client_id = "c"\nclient_secret = { env = "C_SECRET" }\n'
    )
    async with centre(tmp_path, text) as api:
        answers = []
        present = await api.get(HERE)
        for path in ("", "/shape", "/export", "/revisions", "/revisions/1"):
            answers.append(await (await api.raw("GET", HERE + path)).text())
        answers.append(str(await api.do(HERE + "/check", {"config": present["config"]})))
        answers.append(str(await api.do(HERE + "/import", {"text": text})))
        answers.append(str(await api.do(HERE + "/changes", {"set": {"misses": {"limit": 9}}})))
        assert "C_SECRET" in answers[0] and "hush" not in "".join(answers)
        # A secret in the open is refused, and not repeated: neither in the answer nor in the log.
        for config in (
            {**present["config"], "pbx": {"n1": {"url": "asterisk+ari://me:hush-hush-3@127.0.0.1:8088/"}}},
            {**present["config"], "gateway": {**present["config"]["gateway"], "turn_secret": "hush-hush-4"}},
        ):
            status, answer = await api.ask("POST", HERE + "/apply", {"base": 2, "config": config})
            assert status == 422
            assert "hush" not in json.dumps(answer)
    assert "hush" not in caplog.text
