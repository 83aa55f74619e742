"""An agent joins with one call and leaves with one; a phone's settings are fetched once, and only then is there a
password."""

import asyncio
import re
from urllib.parse import urlsplit

import pytest

from api.centres import TEXT, centre
from api.conftest import NODE, Api
from cordpair.acd.model import AgentStatus
from cordpair.pbx import Capability, Refused, ha1
from cordpair_loopback import LoopbackDriver

AGENTS = "/v1/agents"
WITH_PHONES = TEXT.replace("[skills]", 'phones = "pbx.test:5062"\n[gateway]\nurl = "https://help.test"\n[skills]', 1)
EVE = {"name": "eve", "shown_as": "Eve Example", "queues": ["support"], "seat": {"new": "sip"}}


class PhonesDriver(LoopbackDriver):
    """The PBX in the process, with accounts of phones that nobody can register with."""

    def __init__(self, *given) -> None:
        super().__init__(*given)
        self.digests: dict[str, str] = {}
        self.refuses = False

    def capabilities(self, leg=None):
        return super().capabilities(leg) | {Capability.ACCOUNTS, Capability.PHONES}

    async def put_phone(self, endpoint: str, digest: str) -> None:
        if self.refuses:
            raise Refused("no room")
        self.digests[endpoint] = digest

    async def remove_account(self, endpoint: str) -> None:
        self.digests.pop(endpoint, None)


@pytest.fixture
async def api(tmp_path):
    async with centre(tmp_path, WITH_PHONES, kind=PhonesDriver) as found:
        yield found


def driver(api: Api) -> PhonesDriver:
    found = api.engine.driver(NODE)
    assert isinstance(found, PhonesDriver)
    return found


async def fetch(api: Api, address: str, program: str = "baresip"):
    path = urlsplit(address).path
    return await api.raw("GET", f"{path}?program={program}", None)


async def password_in(response) -> str:
    assert response.status == 200, await response.text()
    found = re.search(r"auth_pass=([\w-]+)", await response.text())
    assert found is not None
    return found[1]


async def gone(api: Api, endpoint: str) -> None:
    store = api.office.store
    assert store is not None
    async with asyncio.timeout(10):
        while endpoint in driver(api).digests or await store.phone_accounts.all():
            await asyncio.sleep(0.02)  # sleep: what runs beside the engine tells nobody


async def test_one_call_and_they_can_work(api) -> None:
    made = await api.do(AGENTS, EVE | {"skills": {"german": 7}})
    assert (made["agent"], made["seat"], made["endpoint"], made["revision"]) == ("eve", "eve", "eve", 2)
    assert made["password"]["link"].startswith("/office/password#")
    assert made["phone"]["address"].startswith("https://help.test/v1/phone-settings/")
    assert made["phone"]["programs"] == ["linphone", "baresip", "sheet"]
    assert made["phone"]["qr"].startswith("data:image/svg+xml")
    config = (await api.get("/v1/configuration"))["config"]
    assert config["agents"]["eve"] == {
        "shown_as": "Eve Example",
        "seat": "eve",
        "skills": {"german": 7},
        "queues": {"support": {}},
    }
    assert config["seats"]["eve"] == {"endpoint": "eve", "account": True}
    assert (await api.get("/v1/configuration/revisions"))["revisions"][0]["author"].startswith("key ")
    said = [(each["what"], each["about"]) for each in (await api.get("/v1/audit"))["entries"]]
    assert said[:4] == [
        ("phone_settings_made", "eve"),
        ("password_link_made", "eve"),
        ("agent_added", "eve"),
        ("configuration_applied", "revision 2"),
    ]
    await api.staff("eve")
    assert api.state.agents["eve"].status is AgentStatus.READY


async def test_until_the_phone_fetches_it_there_is_no_password(api) -> None:
    made = await api.do(AGENTS, EVE)
    assert driver(api).digests == {} and await api.office.store.phone_accounts.all() == []
    response = await fetch(api, made["phone"]["address"])
    password = await password_in(response)
    assert response.headers["Content-Disposition"] == 'attachment; filename="accounts"'
    assert response.headers["Cache-Control"] == "no-store"
    assert '"Eve Example" <sip:eve@pbx.test:5062;transport=udp>' in await response.text()
    assert driver(api).digests == {"eve": ha1("eve", password)}
    (kept,) = await api.office.store.phone_accounts.all()
    assert (kept.endpoint, kept.realm, kept.ha1) == ("eve", "cordpair", ha1("eve", password))
    assert (await fetch(api, made["phone"]["address"])).status == 404, "once"


async def test_asked_again_the_password_is_another(api) -> None:
    made = await api.do(AGENTS, EVE)
    first = await password_in(await fetch(api, made["phone"]["address"]))
    again = await api.do("/v1/seats/eve/phone-settings")
    unused = await api.do("/v1/seats/eve/phone-settings")
    assert driver(api).digests == {"eve": ha1("eve", first)}, "it is good until the address is used"
    assert (await fetch(api, again["address"])).status == 404, "another address was made since"
    second = await password_in(await fetch(api, unused["address"]))
    assert second != first and driver(api).digests == {"eve": ha1("eve", second)}


@pytest.mark.parametrize(
    ("program", "holds"), [("linphone", "<config "), ("sheet", "Password:"), ("baresip", "regint=")]
)
async def test_every_program(api, program, holds) -> None:
    made = await api.do(AGENTS, EVE)
    response = await fetch(api, made["phone"]["address"], program)
    assert (response.status, holds in await response.text()) == (200, True)


async def test_an_address_that_is_too_old(api) -> None:
    made = await api.do(AGENTS, EVE)
    store = api.office.store.phone_accounts
    token = urlsplit(made["phone"]["address"]).path.rpartition("/")[2]
    now = api.engine.clock.now_ms()
    assert await store.whose(token, now + 24 * 3_600_000 - 5_000) == "eve"
    assert await store.whose(token, now + 24 * 3_600_000 + 5_000) is None


async def test_addresses_cannot_be_guessed(api) -> None:
    statuses = [(await api.raw("GET", "/v1/phone-settings/guess", None)).status for _ in range(12)]
    assert statuses == [404] * 10 + [429] * 2
    made = await api.do(AGENTS, EVE)
    assert (await fetch(api, made["phone"]["address"])).status == 200, "who has one is not kept out"


async def test_looking_at_its_head_uses_nothing_up(api) -> None:
    """As programs do that show what a link leads to."""
    made = await api.do(AGENTS, EVE)
    path = urlsplit(made["phone"]["address"]).path
    assert (await api.raw("HEAD", path, None)).status == 405
    assert (await fetch(api, made["phone"]["address"])).status == 200


async def test_a_browser_needs_no_settings(api) -> None:
    made = await api.do(AGENTS, EVE | {"seat": {"new": "browser"}})
    assert (made["seat"], made["endpoint"], made["phone"]) == ("eve-web", "eve-web", None)
    assert (await api.get("/v1/configuration"))["config"]["seats"]["eve-web"]["browser"] is True
    assert (await api.ask("POST", "/v1/seats/eve-web/phone-settings"))[0] == 409
    assert (await api.ask("POST", "/v1/seats/nowhere/phone-settings"))[0] == 404


async def test_at_a_seat_there_is_or_at_none(api) -> None:
    assert (await api.do(AGENTS, EVE | {"seat": "seat-cleo"}))["endpoint"] == "cleo"
    made = await api.do(AGENTS, {"name": "fay"})
    assert (made["seat"], made["endpoint"]) == (None, None)


async def test_names_of_seats_that_are_taken(api) -> None:
    assert (await api.do(AGENTS, EVE | {"name": "x"}))["endpoint"] == "x"
    made = await api.do(AGENTS, EVE | {"name": "x@test"})
    assert (made["seat"], made["endpoint"]) == ("x@test", "x-test")
    made = await api.do(AGENTS, EVE | {"name": "y", "seat": {"new": "sip", "endpoint": "105"}})
    assert (made["seat"], made["endpoint"]) == ("105", "105")
    made = await api.do(AGENTS, EVE | {"name": "105"})
    assert (made["seat"], made["endpoint"]) == ("105-2", "105-2")


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"name": "ann"}, "name", "there is an agent of that name"),
        ({"name": "a b"}, "name", "is no name"),
        ({"queues": ["sale"]}, "queues.sale", 'there is no queue "sale"; did you mean "sales"?'),
        ({"skills": {"german": 11}}, "skills.german", "from 1 to 10"),
        ({"queues": {"sales": {"tier": 0}}}, "queues.sales.tier", "from 1 to 100"),
        ({"seat": "nowhere"}, "seat", 'there is no seat "nowhere"'),
        ({"seat": {"new": "sip", "endpoint": "a+b"}}, "seat.endpoint", "letters"),
        ({"seat": {"new": "sip", "endpoint": "ann"}}, "seat.endpoint", "seats.seat-ann"),
        ({"seat": {"new": "sip", "name": "seat-ann"}}, "seat.name", "there is a seat of that name"),
        ({"seat": {"new": "sip", "node": "n2"}}, "seat.node", 'there is no pbx "n2"'),
        ({"number": "x"}, "number", "digits"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(api, change, path, says) -> None:
    status, answer = await api.ask("POST", AGENTS, EVE | change)
    problems = {each["path"]: each["message"] for each in answer["error"]["problems"]}
    assert status == 422 and says in problems.get(path, ""), answer
    assert (await api.get("/v1/configuration"))["revision"] == 1
    assert await api.office.store.audit.page() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (WITH_PHONES.replace('phones = "pbx.test:5062"\n', ""), "pbx.n1.phones is missing"),
        (WITH_PHONES.replace('[gateway]\nurl = "https://help.test"\n', ""), "gateway.url is missing"),
        (WITH_PHONES.replace("https://help", "http://help"), "not https"),
    ],
)
async def test_a_phone_that_could_not_be_told(tmp_path, text, says) -> None:
    async with centre(tmp_path, text, kind=PhonesDriver) as api:
        status, answer = await api.ask("POST", AGENTS, EVE)
        (problem,) = answer["error"]["problems"]
        assert (status, problem["path"], says in problem["message"]) == (422, "seat.new", True), answer
        assert "eve" not in api.state.agents


async def test_a_pbx_that_has_no_such_accounts(tmp_path) -> None:
    async with centre(tmp_path, WITH_PHONES) as api:
        _, answer = await api.ask("POST", AGENTS, EVE)
        assert "no accounts of phones on pbx.n1" in answer["error"]["problems"][0]["message"]


async def test_of_two_who_began_from_one_revision_one_is_told(api) -> None:
    await api.do(AGENTS, EVE | {"base": 1})
    status, answer = await api.ask("POST", AGENTS, EVE | {"name": "fay", "base": 1})
    assert (status, answer["error"]["code"]) == (409, "conflict")
    many = [api.ask("POST", AGENTS, EVE | {"name": f"agent{number}"}) for number in range(5)]
    assert [status for status, _ in await asyncio.gather(*many)] == [200] * 5, "without it each is in turn"


async def test_leaving_takes_everything_along(api) -> None:
    made = await api.do(AGENTS, EVE)
    await fetch(api, made["phone"]["address"])
    unused = await api.do("/v1/seats/eve/phone-settings")
    store = api.office.store
    await store.sign_ins.put_password("eve", "hash", 1)
    await api.staff("eve")
    assert (await api.ask("DELETE", AGENTS + "/eve"))[0] == 204
    config = (await api.get("/v1/configuration"))["config"]
    assert "eve" not in config["agents"] and "eve" not in config["seats"]
    assert await store.sign_ins.password("eve") is None
    await gone(api, "eve")
    assert (await fetch(api, unused["address"])).status == 404
    assert (await api.ask("DELETE", AGENTS + "/eve"))[0] == 404
    assert (await store.audit.page())[0].what == "agent_removed"
    again = await api.do(AGENTS, EVE)
    assert again["password"] is not None and driver(api).digests == {}, "nothing is left of the one before"


async def test_a_seat_that_is_not_theirs_alone_stays(api) -> None:
    await api.do(AGENTS, EVE)
    await api.do(AGENTS, {"name": "fay", "seat": "eve"})
    await api.ask("DELETE", AGENTS + "/eve")
    await api.ask("DELETE", AGENTS + "/ann")
    assert {"eve", "seat-ann"} <= (await api.get("/v1/configuration"))["config"]["seats"].keys()
    await api.ask("DELETE", AGENTS + "/fay?keep_seat=true")
    assert "eve" in (await api.get("/v1/configuration"))["config"]["seats"]


async def test_nobody_is_taken_out_of_a_conversation(api) -> None:
    await api.staff("cleo")
    api.pbx.call("5002")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    status, answer = await api.ask("DELETE", AGENTS + "/cleo")
    assert (status, "a contact is with them" in answer["error"]["message"]) == (409, True)
    assert "cleo" in api.state.agents


async def test_somebody_of_the_office_keeps_their_password(api) -> None:
    await api.do("/v1/people", {"name": "eve", "role": "supervisor"})
    assert (await api.do(AGENTS, EVE))["password"] is not None, "they have none yet"
    await api.ask("DELETE", AGENTS + "/eve")
    await api.office.store.sign_ins.put_password("eve", "hash", 1)
    assert (await api.do(AGENTS, EVE))["password"] is None
    await api.ask("DELETE", AGENTS + "/eve")
    assert await api.office.store.sign_ins.password("eve") == "hash"


async def test_what_the_pbx_refuses_is_tried_again(api) -> None:
    made = await api.do(AGENTS, EVE)
    driver(api).refuses = True
    password = await password_in(await fetch(api, made["phone"]["address"]))
    assert driver(api).digests == {}
    driver(api).refuses = False
    assert await api.engine.phones.look()
    assert driver(api).digests == {"eve": ha1("eve", password)}


async def test_a_rolled_back_seat_takes_its_account_along(api) -> None:
    made = await api.do(AGENTS, EVE)
    await fetch(api, made["phone"]["address"])
    await api.do("/v1/configuration/revisions/1/roll-back", {"base": 2})
    await gone(api, "eve")


async def test_nothing_secret_is_in_the_log_or_shown(api, caplog) -> None:
    caplog.set_level("DEBUG")
    made = await api.do(AGENTS, EVE)
    password = await password_in(await fetch(api, made["phone"]["address"]))
    token = urlsplit(made["phone"]["address"]).path.rpartition("/")[2]
    (kept,) = await api.office.store.phone_accounts.all()
    for secret in (password, token, kept.ha1):
        assert secret not in caplog.text
        assert secret not in str(await api.get("/v1/configuration"))
    assert kept.ha1 not in repr(kept)
