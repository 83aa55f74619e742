"""What browsers load: files, pages and their policies, and the demonstration's shop."""

import gzip
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from yarl import URL

from cordpair_gateway.part import CUSTOMERS
from cordpair_gateway.web_files import WebFiles, desk_policy, office_policy
from gateway.browsers import CENTRE, OTHER, SHOP, Web, web_centre

SCRIPT = "export const words = [" + "'the same', " * 200 + "];\n"
BUILT = {
    "help.js": SCRIPT,
    "parts/phone-AB12.js": "export {};",
    "desk.html": "<!doctype html>desk",
    "office.html": "<!doctype html>office",
    "replay.html": "<!doctype html>replay",
    "shop.html": "<!doctype html>shop",
    "icon.svg": "<svg/>",
    "notes.txt": "of no kind that browsers get",
}


def built(directory: Path) -> Path:
    for name, text in BUILT.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    return directory


@pytest.fixture
async def web(tmp_path, monkeypatch) -> AsyncIterator[Web]:
    (tmp_path / "secret.js").write_text("outside of the folder")
    monkeypatch.setattr("cordpair_gateway.part.WebFiles", partial(WebFiles, built(tmp_path / "static")))
    async with web_centre(tmp_path, plays="shop") as found:
        yield found


async def get(web: Web, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """As it is on the wire: the path is not made tidy, the body not unpacked."""
    url = URL(web.url + path, encoded=True)
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        ClientSession(auto_decompress=False) as http,
        http.get(url, headers={"Accept-Encoding": "identity", **more}) as answer,
    ):
        return answer.status, dict(answer.headers), await answer.read()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("help.js", "text/javascript; charset=utf-8"),
        ("desk.html", "text/html; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_files_are_for_every_origin(web: Web, name, kind) -> None:
    status, headers, body = await get(web, f"/web/{name}", Origin=OTHER)
    assert (status, body.decode(), headers["Content-Type"]) == (200, BUILT[name], kind)
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-cache"


async def test_what_a_browser_has_is_not_sent_again(web: Web) -> None:
    _, first, _ = await get(web, "/web/help.js")
    status, again, body = await get(web, "/web/help.js", If_None_Match=f'"other", {first["Etag"]}')
    assert (status, body) == (304, b"") and again["Etag"] == first["Etag"]
    assert again["Access-Control-Allow-Origin"] == "*"
    status, _, body = await get(web, "/web/help.js", If_None_Match='"other"')
    assert (status, body.decode()) == (200, SCRIPT)


async def test_packed_for_who_takes_it(web: Web) -> None:
    _, plain, _ = await get(web, "/web/help.js")
    _, headers, body = await get(web, "/web/help.js", Accept_Encoding="br, gzip")
    assert headers["Content-Encoding"] == "gzip" and headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(body).decode() == SCRIPT and len(body) < len(SCRIPT) / 5
    assert headers["Etag"] != plain["Etag"]
    for refused in ("gzip;q=0", "br", ""):
        _, headers, body = await get(web, "/web/help.js", Accept_Encoding=refused)
        assert "Content-Encoding" not in headers and body.decode() == SCRIPT
    assert "Content-Encoding" not in (await get(web, "/web/icon.svg", Accept_Encoding="gzip"))[1]  # it would grow


async def test_names_with_a_hash_last_for_ever(web: Web) -> None:
    assert "immutable" in (await get(web, "/web/parts/phone-AB12.js"))[1]["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["../secret.js", "%2e%2e/secret.js", "..%2fsecret.js", "parts/../../secret.js", "/etc/passwd", "%2fetc%2fpasswd",
     "notes.txt", "", "parts", "parts/", "help.js/", "help.js%00", "HELP.JS"],
)  # fmt: skip
async def test_nothing_else_is_there(web: Web, path) -> None:
    status, _, body = await get(web, f"/web/{path}")
    assert status == 404 and b"outside" not in body


@pytest.mark.parametrize(
    ("path", "page"),
    [("/desk", "desk"), ("/office", "office"), ("/office/", "office"), ("/office/people/..%2f<x>", "office")],
)
async def test_desk_and_office_have_a_policy_and_are_in_nobodys_frame(web: Web, path, page) -> None:
    status, headers, body = await get(web, path)
    policy = headers["Content-Security-Policy"]
    assert (status, body.decode()) == (200, f"<!doctype html>{page}")
    assert "default-src 'self'; connect-src 'self' wss://help.test;" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "Access-Control-Allow-Origin" not in headers


def test_where_there_is_no_tls_neither_have_the_desks_lines_and_pops() -> None:
    policy = desk_policy("ws://127.0.0.1:8080")
    assert "connect-src 'self' ws://127.0.0.1:8080;" in policy and "frame-src 'self' https: http:" in policy
    assert " http:" not in desk_policy("wss://help.test")
    assert "frame-src 'self';" in office_policy("wss://help.test") and "https:" not in office_policy("wss://help.test")


async def test_the_replay_page_is_framed_by_pages_of_ours_only(web: Web) -> None:
    assert (await get(web, "/web/replay.html"))[1]["Content-Security-Policy"] == "frame-ancestors 'self'"


async def test_heads_have_no_body(web: Web) -> None:
    async with web.http.head(web.url + "/web/help.js") as answer:
        assert answer.status == 200 and await answer.read() == b""


async def test_not_built(tmp_path, monkeypatch, caplog) -> None:
    monkeypatch.setattr("cordpair_gateway.part.WebFiles", partial(WebFiles, tmp_path / "nothing"))
    async with web_centre(tmp_path, plays="shop") as web:
        for path in ("/desk", "/shop", "/web/help.js"):
            status, _, body = await get(web, path)
            assert status == 503 and b"make web" in body
        assert (await web.ticket())["session_token"]
    assert "make web" in caplog.text


# ---------------------------------------------------------------- the shop


async def ask(web: Web, body: Any, origin: str | None = SHOP, **more: Any) -> tuple[int, Any]:
    headers = {"Origin": origin} if origin is not None else {}
    async with web.http.post(web.url + "/shop/ticket", json=body, headers=headers, **more) as answer:
        return answer.status, await answer.json()


async def test_the_shops_server_knows_who_asks(web: Web) -> None:
    assert (await get(web, "/shop"))[2] == b"<!doctype html>shop"
    status, ticket = await ask(web, {"page": "/shop", "media": "audio", "locale": "en", "reason": "checkout"})
    assert status == 200
    browser = await web.hello(ticket["session_token"])
    contact = (await browser.until("welcome"))["contact"]
    told = web.records.variables[contact]
    assert (told["customer"], told["name"], told["reason"]) == ("c-1001", "Ann Example", "checkout")
    assert "FF-2041" in told["context"]


@pytest.mark.parametrize("origin", [None, OTHER, "null", "https://shop.test.evil.test"])
async def test_another_site_gets_no_ticket_of_the_shop(web: Web, origin) -> None:
    status, answer = await ask(web, {"page": "/shop"}, origin)
    assert status == 403 and answer["error"]["code"] == "forbidden"
    assert len(web.app[CUSTOMERS].tickets) == 0


async def test_the_page_cannot_say_who_it_is(web: Web) -> None:
    status, ticket = await ask(web, {"page": "/shop", "customer": "somebody-else", "context": {"vip": "yes"}})
    browser = await web.hello(ticket["session_token"])
    told = web.records.variables[(await browser.until("welcome"))["contact"]]
    assert status == 200 and "somebody-else" not in str(told) and "vip" not in str(told)


@pytest.mark.parametrize(("page", "status"), [("/closed", 409), ("", 400), ("x" * 2_000, 400)])
async def test_what_the_gateway_answers_reaches_the_page(web: Web, page, status) -> None:
    assert (await ask(web, {"page": page}))[0] == status


async def test_no_shop_where_nobody_asked_for_one(tmp_path) -> None:
    async with web_centre(tmp_path, CENTRE) as web:
        assert (await get(web, "/shop"))[0] == 404
        async with web.http.post(web.url + "/shop/ticket", json={}, headers={"Origin": SHOP}) as answer:
            assert answer.status == 404
