"""The whitepaper's URL: what its own lines ask for, by who may, as often as is meant, and nothing hidden in it."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import pytest
from aiohttp import ClientResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from api.conftest import CONFIGURATION, NODE, Api, serving
from cordpair.acd.configuration import Calls, Seat, Trunk
from cordpair.adapters.call_url import CallUrl, Pages
from cordpair.api import Role
from cordpair.api.limits import Limits
from cordpair.config.adapters import CallUrl as Wishes
from cordpair.config.calls import Calls as Rules
from cordpair.config.dialling import Numbering, Rates
from cordpair.ids import SeatId
from cordpair_loopback import answers, busy, never_answers
from lab.api_keys import secret_of

# From the whitepaper, as they stand there:
LINK = "http://IP/remote/call.php?src=10&dst=93200900"
"""Y nos conectará la extensión 10 con el teléfono 93200900."""
# Its code asks AMI for it so, and with $desti, which is not the variable that it read, dials no number at all:
#   fputs($socket,"Channel: SIP/$source\r\n");
#   fputs($socket,"WaitTime: 30\r\n");
#   fputs($socket,"Exten: $desti\r\n");
SRC, DST = "10", "93200900"  # a digit short of a number of Spain: it must be allowed by its pattern
CRM = "https://crm.example.com"
PATH = urlsplit(LINK).path

RULES = Rules(
    queue="support",
    numbers=Numbering(region="ES", internal=("1X", "9XXXXXXX")),
    rates=Rates(key=1_000, agent=1_000),
)


@asynccontextmanager
async def centre(
    directory: Path,
    wishes: Wishes = Wishes(origins=(CRM,)),  # noqa: B008  it is frozen
    rules: Rules = RULES,
    limits: Limits | None = None,
) -> AsyncIterator[Api]:
    seats = tuple(Seat(SeatId("seat-cleo"), SRC) if seat.seat == "seat-cleo" else seat for seat in CONFIGURATION.seats)
    configuration = msgspec.structs.replace(CONFIGURATION, seats=seats, calls=Calls(trunks={NODE: Trunk("{number}")}))

    def mount(app: Any, office: Any) -> None:
        pages = Pages(frozenset(wishes.origins), foreign=wishes.foreign_pages)
        CallUrl(office, wishes, pages, limits).add_to(app)

    async with serving(directory, configuration, calls=rules, mount=mount) as api:
        for number in (DST, "+34932009000"):
            api.pbx.add_phone(number).behaviour = answers(30)
        await api.do("/v1/agents/cleo/sign-in", {})
        yield api


@pytest.fixture
async def api(tmp_path) -> AsyncIterator[Api]:
    async with centre(tmp_path) as found:
        yield found


async def ask(api: Api, query: str, headers: dict[str, str] | None = None) -> ClientResponse:
    """The query as it is written."""
    async with api.http.get(URL(f"{api.url}{PATH}?{query}", encoded=True), headers=headers) as response:
        await response.read()
        return response


async def get(api: Api, query: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    response = await ask(api, query, headers)
    return response.status, await response.text()


def with_key(api: Api, query: str = urlsplit(LINK).query, who: str = "dial") -> str:
    return f"{query}&key={api.keys.of(who)}"


async def test_the_link_of_the_whitepaper(api) -> None:
    """First extension 10, and only then the telephone; the CRM learns of which call, and what became of it."""
    api.pbx.phones[SRC].behaviour = never_answers()
    status, text = await get(api, with_key(api))
    assert status == 200
    call = text.strip()
    assert text == f"{call}\n"
    assert await get(api, with_key(api, f"call={call}")) == (200, f"{call} ringing_agent - -\n")
    assert not api.pbx.phones[DST].rung, "the customer's phone is silent until the agent has answered"
    await api.raw("DELETE", f"/v1/calls/{call}")
    assert await get(api, with_key(api, f"call={call}&wait=20")) == (200, f"{call} ended contact_gone not_called\n")


async def test_both_are_connected(api) -> None:
    call = (await get(api, with_key(api)))[1].strip()
    assert await get(api, with_key(api, f"call={call}&wait=20")) == (200, f"{call} connected answered answered\n")
    record = api.engine.record(call)
    assert record is not None
    assert record.caller.number == DST, "what its $desti forgot"


async def test_a_result_that_is_bad(api) -> None:
    api.pbx.phones[DST].behaviour = busy()
    call = (await get(api, with_key(api)))[1].strip()
    assert await get(api, with_key(api, f"call={call}&wait=20")) == (200, f"{call} ended answered busy\n")


async def test_a_program_may_ask_for_json_and_by_post(api) -> None:
    headers = {"Accept": "application/json", "Authorization": f"Bearer {api.keys.of('dial')}"}
    async with api.http.post(api.url + PATH, data={"src": SRC, "dst": "932 009 000"}, headers=headers) as response:
        answer = await response.json()
    assert (response.status, answer["agent"], answer["state"]) == (200, "cleo", "ringing_agent")
    async with api.http.post(api.url + PATH, data={"src": SRC, "dst": "112"}, headers=headers) as response:
        assert (response.status, (await response.json())["error"]["field"]) == (400, "dst")


# ---------------------------------------------------------------- who


@pytest.mark.parametrize(
    "credentials", ["{key}:", "crm:{key}", ":{key}"], ids=["as name", "as password", "without a name"]
)
async def test_user_and_password_as_the_whitepaper_recommends(api, credentials) -> None:
    given = base64.b64encode(credentials.format(key=api.keys.of("dial")).encode()).decode()
    assert (await get(api, f"src={SRC}&dst={DST}", headers={"Authorization": f"Basic {given}"}))[0] == 200


@pytest.mark.parametrize("key", ["", "1234567", "cp_000000000000_" + "a" * 43, "%00", "cp_%0d%0a"])
async def test_without_a_key_nothing_happens(api, key) -> None:
    status, text = await get(api, f"src={SRC}&dst={DST}&key={key}")
    assert status in (400, 401)
    assert "cp_0" not in text
    assert not api.state.contacts


@pytest.mark.parametrize("who", ["admin", "supervisor", "cleo", "portal", "read-only", "callcenter"])
async def test_no_other_key_is_good_here(api, who) -> None:
    """A key that can do more must not stand in links."""
    assert await get(api, with_key(api, who=who)) == (403, "error: Only a key of role dial is good here.\n")


async def test_its_key_is_good_for_nothing_else(api) -> None:
    for method, path in (("GET", "/v1/agents"), ("GET", "/v1/contacts"), ("POST", "/v1/calls"), ("GET", "/v1/stream")):
        assert (await api.raw(method, path, "dial")).status == 403


async def test_a_key_of_an_agent_is_for_their_phone(api) -> None:
    await api.do("/v1/agents/ann/sign-in", {})
    api.keys.written["cleo's"] = api.keys.add(Role.DIAL, agent="cleo")
    assert (await get(api, with_key(api, f"src=ann&dst={DST}", "cleo's")))[0] == 403
    status, call = await get(api, with_key(api, f"dst={DST}", "cleo's"))
    assert status == 200
    assert (await get(api, with_key(api, f"call={call.strip()}", "dial")))[0] == 404, "another key's call"


async def test_a_revoked_key(api) -> None:
    written = api.keys.add(Role.DIAL)
    id = written.split("_")[1]
    api.keys.all[id] = msgspec.structs.replace(api.keys.all[id], revoked_at=1)
    assert (await get(api, f"src={SRC}&dst={DST}&key={written}"))[0] == 401


async def test_from_some_networks_only(tmp_path) -> None:
    async with centre(tmp_path, Wishes(networks=("192.168.1.100",))) as api:
        assert (await get(api, with_key(api)))[0] == 403


# ---------------------------------------------------------------- once


async def test_the_same_link_twice_is_one_call(api) -> None:
    api.pbx.phones[SRC].behaviour = never_answers()
    answers = await asyncio.gather(*(get(api, with_key(api)) for _ in range(5)))
    assert len({text for _, text in answers}) == 1
    assert len(api.state.contacts) == 1


async def test_so_many_in_a_minute(tmp_path) -> None:
    async with centre(tmp_path, Wishes(once_within=0), msgspec.structs.replace(RULES, rates=Rates(key=2))) as api:
        api.pbx.phones[SRC].behaviour = busy()
        for _ in range(2):
            call = (await get(api, with_key(api)))[1].strip()
            await get(api, with_key(api, f"call={call}&wait=20"))
        response = await ask(api, with_key(api))
        assert response.status == 429
        assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
@pytest.mark.parametrize("value", ["prefetch", "prefetch;prerender", "preview"])
async def test_what_a_browser_does_ahead_calls_nobody(api, header, value) -> None:
    assert (await get(api, with_key(api), headers={header: value}))[0] == 403
    assert not api.state.contacts


EVIL = "https://evil.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Referer": f"{CRM}/"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Referer": f"{EVIL}/page"},
        {"Referer": "no address"},
    ],
)
async def test_a_page_of_another_site_calls_nobody(api, headers) -> None:
    assert (await get(api, with_key(api), headers=headers))[0] == 403
    assert not api.state.contacts


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site", "Origin": CRM}, {"Referer": f"{CRM}/a"}],
)
async def test_a_program_a_bookmark_and_a_page_of_ours_do(api, headers) -> None:
    assert (await get(api, with_key(api), headers=headers))[0] == 200


async def test_links_anywhere_where_the_operator_says_so(tmp_path) -> None:
    async with centre(tmp_path, Wishes(foreign_pages=True)) as api:
        assert (await get(api, with_key(api), headers={"Sec-Fetch-Site": "cross-site"}))[0] == 200
        assert (await get(api, with_key(api), headers={"Sec-Purpose": "prefetch"}))[0] == 403


async def test_a_page_of_ours_may_read_the_answer_and_no_other(api) -> None:
    for origin, status in ((CRM, 204), (EVIL, 403)):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        async with api.http.options(api.url + PATH, headers=asked) as response:
            assert response.status == status
            assert (response.headers.get("Access-Control-Allow-Origin") == CRM) == (origin == CRM)
            assert "Access-Control-Allow-Credentials" not in response.headers
    response = await ask(api, with_key(api), {"Origin": CRM})
    assert response.headers["Access-Control-Allow-Origin"] == CRM
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_head_is_no_call(api) -> None:
    assert (await api.raw("HEAD", f"{PATH}?{with_key(api)}", None)).status == 405
    assert not api.state.contacts


# ---------------------------------------------------------------- hostile

SNEAKED = "\r\nAction: Originate\r\nChannel: SIP/evil\r\nApplication: System\r\nData: rm -rf /\r\n\r\n"


@pytest.mark.parametrize("name", ["src", "dst", "key", "call", "wait", "other"])
@pytest.mark.parametrize("sneaked", [SNEAKED, "\n", "\r", "\0", "\u0085", "\u2028"])
async def test_no_second_action(api, name, sneaked) -> None:
    values = {"src": SRC, "dst": DST, "key": api.keys.of("dial"), name: f"{DST}{sneaked}"}
    query = "&".join(f"{each}={quote(value)}" for each, value in values.items())
    status, text = await get(api, query)
    assert status == 400
    assert "Action" not in text
    assert not api.state.contacts
    assert not any(phone.rung for phone in api.pbx.phones.values())


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("dst=93200900", "src"),
        ("src=10", "dst"),
        ("src=10&dst=932009000x", "dst"),
        ("src=10&dst=112", "dst"),
        ("src=10&dst=" + "9" * 65, "dst"),
        ("src=99&dst=93200900", "src"),
        ("src=ann&dst=93200900", "src"),
        ("src=SIP/evil&dst=93200900", "src"),
        ("src=10&dst=93200900&dst=112", "dst"),
        ("src=10&src=11&dst=93200900", "src"),
        ("call=x&wait=99", "wait"),
        ("call=x&wait=-1", "wait"),
    ],
)
async def test_what_is_wrong_is_named(api, query, field) -> None:
    status, text = await get(api, with_key(api, query))
    assert status == 400
    assert text.startswith(f"error: {field} ")
    assert not api.state.contacts


async def test_bodies_of_other_kinds_and_sizes(api) -> None:
    key = {"Authorization": f"Bearer {api.keys.of('dial')}"}
    for data, kind, status in (
        (b'{"src": "10"}', "application/json", 415),
        (b"src=10&dst=" + b"9" * 5_000, "application/x-www-form-urlencoded", 413),
        (b"src=10&dst=\xff", "application/x-www-form-urlencoded", 400),
        (b"src=10&dst=%ff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % number for number in range(40)), "application/x-www-form-urlencoded", 400),
    ):
        async with api.http.post(api.url + PATH, data=data, headers=key | {"Content-Type": kind}) as response:
            assert response.status == status, data[:20]


async def test_nothing_of_it_is_in_any_log(api, tmp_path, caplog) -> None:
    caplog.set_level("DEBUG")
    key = api.keys.of("dial")
    await get(api, with_key(api))
    await get(api, f"src={SRC}&dst=803123456&key={key}")
    await get(api, f"src={SRC}&dst={DST}&key={key}%0d%0a")
    for raw in (f"GET {PATH}?src={SRC}&dst={DST}&key={key}\0 HTTP/1.1\r\n\r\n", f"{key}\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(api.url).port)
        writer.write(raw.encode())
        await reader.read()
        writer.close()
    await api.engine.flushed()
    written = caplog.text + "".join(file.read_bytes().decode("latin-1") for file in tmp_path.glob("journal.db*"))
    for secret in (key, secret_of(key), DST, "803123456"):
        assert secret not in written


PIECES = st.sampled_from([SNEAKED, "\r\n", "10", DST, "%", "&", "=", "+34", "${EVAL(1)}", "'", "<script>", ".."])
WORDS = st.lists(PIECES | st.text(max_size=8), max_size=6).map("".join)


async def test_whatever_is_sent_only_numbers_are_dialled(tmp_path) -> None:
    """All in one centre: a new one for each example would take minutes."""
    async with centre(tmp_path, limits=Limits(1e9, 1e9)) as api:
        await fuzz(api)
        assert (await get(api, with_key(api)))[0] in (200, 409), "it still serves"


async def test_a_flood_is_turned_away_before_anything_is_looked_at(api) -> None:
    answers = [status for status, _ in await asyncio.gather(*(get(api, "key=x") for _ in range(150)))]
    assert answers.count(429) >= 30
    assert set(answers) == {401, 429}


async def fuzz(api: Api) -> None:
    tried, loop = itertools.count(), asyncio.get_running_loop()

    async def one(src: str, dst: str, extra: str) -> None:
        query = "&".join(
            f"{name}={quote(value, safe='')}" for name, value in (("src", src), ("dst", dst), ("x", extra))
        )
        status, text = await get(api, with_key(api, query))
        assert status in (200, 400, 409), (status, text)
        for row in api.state.contacts.values():
            record = api.engine.record(row.contact)
            assert record is not None
            assert set(record.caller.number) <= set("+0123456789")

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.just(SRC) | WORDS, WORDS, WORDS)
    def run(src: str, dst: str, extra: str) -> None:
        next(tried)
        asyncio.run_coroutine_threadsafe(one(src, dst, extra), loop).result(30)

    await asyncio.to_thread(run)
    assert next(tried) >= 100
