"""Accounts are pushed in an order, and never over who is registered."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk.fake_ari import FakeAri, Inputs
from cordpair.pbx import Refused, ha1
from cordpair_asterisk import AsteriskDriver
from cordpair_asterisk.accounts import AOR, CODECS, ENDPOINT, PATH, PHONE, PHONE_AOR, PHONE_CODECS, VIDEO

SECRET = "never-in-a-log"
OPUS = "GET asterisk/modules/codec_opus_open_source.so"


@pytest.fixture
async def server() -> AsyncIterator[FakeAri]:
    async with FakeAri() as running:
        yield running


@pytest.fixture
async def driver(server: FakeAri) -> AsyncIterator[AsteriskDriver]:
    made = server.driver()
    await made.open(Inputs())
    server.seen.clear()
    yield made
    await made.close()


def pushed(server: FakeAri) -> dict[str, dict[str, str]]:
    """By kind, in their order."""
    found = {}
    for request, body in server.requests("PUT"):
        found[request.split("/")[-2]] = {each["attribute"]: each["value"] for each in body["fields"]}
    return found


async def test_it_leads_to_the_engine_and_nowhere_else(server: FakeAri, driver: AsteriskDriver) -> None:
    await driver.put_account("ann-web", SECRET, {})
    kinds = pushed(server)
    assert list(kinds) == ["auth", "aor", "endpoint"]  # each names the one before
    assert kinds["auth"] == {"auth_type": "userpass", "username": "ann-web", "password": SECRET}
    assert (kinds["aor"]["max_contacts"], kinds["aor"]["remove_existing"]) == ("1", "yes")
    endpoint = kinds["endpoint"]
    assert (endpoint["auth"], endpoint["aors"], endpoint["context"]) == ("ann-web", "ann-web", "cordpair-agents")
    assert (endpoint["allow_transfer"], endpoint["allow_subscribe"], endpoint["webrtc"]) == ("no", "no", "yes")
    assert endpoint["allow"] == "alaw,ulaw,vp8"


async def test_who_is_registered_is_not_made_a_contact_for_good(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers[f"GET {PATH}/aor/ann-web"] = 200, []
    await driver.put_account("ann-web", SECRET, {})
    assert list(pushed(server)) == ["auth", "endpoint"]


async def test_opus_where_asterisk_can_turn_it_into_something_else(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers[OPUS] = 200, {"name": "codec_opus_open_source.so", "status": "Running"}
    for _ in range(2):
        await driver.put_account("ann-web", SECRET, {})
    assert pushed(server)["endpoint"]["allow"] == "opus,alaw,ulaw,vp8"
    assert len(server.requests("GET asterisk/modules")) == 2  # once each


async def test_a_phone_of_its_own_has_a_digest_and_no_password(server: FakeAri, driver: AsteriskDriver) -> None:
    await driver.put_phone("105", ha1("105", SECRET))
    kinds = pushed(server)
    assert list(kinds) == ["auth", "aor", "endpoint"]
    digest = ha1("105", SECRET)
    assert kinds["auth"] == {"auth_type": "md5", "username": "105", "realm": "cordpair", "md5_cred": digest}
    assert kinds["endpoint"] | {"auth": "105", "aors": "105"} == kinds["endpoint"]
    assert "webrtc" not in kinds["endpoint"] and "transport" not in kinds["endpoint"]
    assert kinds["aor"]["qualify_frequency"] == "15"
    assert SECRET not in json.dumps(server.seen)


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("kind", ["auth", "aor", "endpoint"])
async def test_an_asterisk_that_is_not_set_up(server: FakeAri, driver: AsteriskDriver, kind: str, status: int) -> None:
    server.answers[f"PUT {PATH}/{kind}/ann-web"] = (
        status,
        {"message": f"Cannot create sorcery objects of type '{kind}'"},
    )
    with pytest.raises(Refused, match=r"Cannot create .* see sorcery\.conf") as refused:
        await driver.put_account("ann-web", SECRET, {})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a/b", "../auth", "a b", "é", "x" * 65, "-a"])
async def test_what_is_no_name_reaches_nothing(server: FakeAri, driver: AsteriskDriver, name: str) -> None:
    with pytest.raises(Refused, match="a name is"):
        await driver.put_account(name, SECRET, {})
    assert server.seen == []


async def test_the_contact_goes_first(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers[f"DELETE {PATH}/auth/ann-web"] = 404, {"message": "not found"}
    await driver.remove_account("ann-web")
    assert [request.split("/")[-2] for request, _ in server.requests("DELETE")] == ["aor", "endpoint", "auth"]


async def test_one_of_pjsip_conf_stays(server: FakeAri, driver: AsteriskDriver) -> None:
    server.answers[f"DELETE {PATH}/aor/101"] = 403, {"message": "Could not delete object with id '101'"}
    with pytest.raises(Refused):
        await driver.remove_account("101")
    assert json.dumps(server.seen).count("DELETE") == 1


def test_the_templates_are_what_is_pushed() -> None:
    """For an Asterisk that takes nothing over ARI."""
    text = (Path(__file__).parents[2] / "dialplans/asterisk/pjsip.conf").read_text(encoding="utf-8")

    def template(name: str) -> dict[str, str]:
        section = re.search(rf"^\[{name}\]\(!\)\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
        assert section is not None
        return dict(re.findall(r"^(\w+) = (\S+)$", section[1], re.MULTILINE))

    codecs = {"disallow": "all", "allow": f"{CODECS},{VIDEO}"}
    assert template("cordpair-browser") == {"type": "endpoint", **ENDPOINT, **codecs}
    assert template("cordpair-browser-aor") == {"type": "aor", **AOR}
    plain = template("cordpair-agent")
    assert plain.pop("transport") == "cordpair-udp", "of phones in the file; others come over any"
    assert plain == {"type": "endpoint", **PHONE, "disallow": "all", "allow": PHONE_CODECS}
    assert template("cordpair-agent-aor") == {"type": "aor", **PHONE_AOR}
