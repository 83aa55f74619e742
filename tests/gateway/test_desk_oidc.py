"""Agents with an account of the house: real signatures, and each forgery refused."""

import logging
import time
from http.cookies import SimpleCookie
from typing import Any

import pytest
import yarl
from msgspec.structs import replace

from cordpair.config import parse
from cordpair.errors import ConfigurationError
from cordpair.store import Person
from cordpair_gateway.signing_in.oidc import ALGORITHMS
from gateway.desks import CENTRE, Centre, desk_centre
from gateway.provider import (
    CLIENT,
    SECRET,
    Provider,
    changed_after,
    provider,
    signed,
    signed_with_a_key_of_another_kind,
    signed_with_the_public_key,
    unsigned,
)

ATTEMPT, SESSION = "__Host-cordpair-attempt", "__Host-cordpair-desk"


@pytest.fixture
async def idp():
    async with provider() as found:
        yield found


@pytest.fixture
async def centre(tmp_path, idp, monkeypatch):
    monkeypatch.setenv("IDP_SECRET", SECRET)
    more = f"""
[sign_in]
oidc = {{ issuer = "{idp.issuer}", client_id = "{CLIENT}", client_secret = {{ env = "IDP_SECRET" }} }}
"""
    async with desk_centre(tmp_path, centre=CENTRE + more) as found:
        yield found


async def go(centre: Centre, path: str, cookies: str = "") -> tuple[int, str, Any]:
    """Status, where it leads, cookies."""
    headers = {"Cookie": cookies} if cookies else {}
    url = yarl.URL(centre.url + path, encoded=True)
    async with centre.http.get(url, headers=headers, allow_redirects=False) as response:
        jar = SimpleCookie()
        for each in response.headers.getall("Set-Cookie", []):
            jar.load(each)
        return response.status, response.headers.get("Location", ""), jar


async def begin(centre: Centre, query: str = "") -> tuple[str, str]:
    status, there, jar = await go(centre, f"/v1/sign-in/oidc{query}")
    assert status == 302
    cookie = jar[ATTEMPT]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Lax", "/", "600")
    assert cookie["httponly"] and cookie["secure"]
    return there, f"{ATTEMPT}={cookie.value}"


async def come_back(centre: Centre, back: dict[str, str], cookie: str) -> tuple[str, str]:
    """Where it leads, and the session."""
    path = str(yarl.URL("/v1/sign-in/oidc/callback").with_query(back))
    status, there, jar = await go(centre, path, cookie)
    assert status == 302 and jar[ATTEMPT]["max-age"] == "0"
    return there, jar[SESSION].value if SESSION in jar else ""


async def sign_in(centre: Centre, idp: Provider) -> tuple[str, str]:
    there, cookie = await begin(centre)
    return await come_back(centre, idp.consents(there), cookie)


async def test_from_the_house_to_the_desk(centre: Centre, idp: Provider) -> None:
    status, body, _ = await centre.send("GET", "/v1/me")
    assert status == 401 and body["oidc"] == "/v1/sign-in/oidc"
    there, session = await sign_in(centre, idp)
    assert there == "/desk" and session
    centre.cookies["ann"] = f"{SESSION}={session}"
    who = (await centre.send("GET", "/v1/me", "ann"))[1]
    assert (who["agent"], who["oidc"]) == ("ann", "/v1/sign-in/oidc")
    page = await centre.sit_down("ann")
    assert page.said[0]["state"] == "not_ready"
    assert (await sign_in(centre, idp))[0] == "/desk"
    assert idp.asked.count("about") == idp.asked.count("keys") == 1  # remembered


async def test_from_the_house_to_the_office(centre: Centre, idp: Provider) -> None:
    """The account's name is a person's; where it began, it ends, and nowhere else."""
    await centre.store.people.add(Person("ann", "Ann", "supervisor", True, 0), "test", is_agent=True)
    for query, page in (("?to=/office", "/office"), ("?to=https://evil.test", "/desk"), ("?to=//evil.test", "/desk")):
        there, cookie = await begin(centre, query)
        back, session = await come_back(centre, idp.consents(there), cookie)
        assert back == page
    centre.cookies["ann"] = f"{SESSION}={session}"
    assert (await centre.send("GET", "/v1/me", "ann"))[1]["role"] == "supervisor"
    person = await centre.store.people.find("ann")
    assert person is not None
    await centre.store.people.change("ann", 1, lambda before: replace(before, enabled=False), "test", 0)
    there, cookie = await begin(centre, "?to=/office")
    assert (await come_back(centre, idp.consents(there), cookie)) == ("/office#refused", "")


@pytest.mark.parametrize("algorithm", ["RS384", "PS256"])
async def test_signatures_of_other_kinds(centre: Centre, idp: Provider, algorithm) -> None:
    idp.sign = lambda claims: signed(claims, algorithm=algorithm)
    assert (await sign_in(centre, idp))[0] == "/desk"


async def test_a_provider_that_wants_the_secret_in_the_form(centre: Centre, idp: Provider) -> None:
    idp.about = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await sign_in(centre, idp))[0] == "/desk"


async def test_a_key_that_was_changed_is_looked_up_once_a_minute(centre: Centre, idp: Provider) -> None:
    idp.published, idp.sign = ["k2"], lambda claims: signed(claims, "k2")
    assert (await sign_in(centre, idp))[0] == "/desk"
    idp.sign = lambda claims: signed(claims, "k1")
    for _ in range(3):
        assert (await sign_in(centre, idp))[0] == "/desk#refused"
    assert idp.asked.count("keys") == 1


# ---------------------------------------------------------------- forgeries

NOW = int(time.time())


def change(**claims: Any):
    def changed(found: dict[str, Any]) -> None:
        for name, value in claims.items():
            if value is None:
                found.pop(name, None)
            else:
                found[name] = value

    return changed


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.test"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": [CLIENT, "somebody-else"]},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"aud": None},
        {"exp": NOW - 3_600},
        {"exp": None},
        {"iat": None},
        {"iat": NOW + 3_600},
        {"nbf": NOW + 3_600},
        {"sub": None},
        {"preferred_username": None},
        {"preferred_username": ""},
        {"preferred_username": ["ann"]},
        {"preferred_username": "stranger"},
        {"preferred_username": "ANN"},
    ],
    ids=str,
)
async def test_a_token_that_says_the_wrong_thing(centre: Centre, idp: Provider, claims) -> None:
    idp.change = change(**claims)
    assert await sign_in(centre, idp) == ("/desk#refused", "")


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        signed_with_the_public_key,
        signed_with_a_key_of_another_kind,
        changed_after,
        lambda claims: signed(claims, "k2"),
        lambda claims: signed(claims, "k2", kid="k1"),
        lambda claims: "no token",
        lambda claims: "",
        lambda claims: 7,
    ],
)
async def test_a_token_that_the_provider_did_not_sign(centre: Centre, idp: Provider, sign) -> None:
    idp.sign = sign
    assert await sign_in(centre, idp) == ("/desk#refused", "")


def test_no_signature_with_a_shared_key_is_taken() -> None:
    assert not [each for each in ALGORITHMS if each.startswith("HS") or each == "none"]


# ---------------------------------------------------------------- the way there and back


async def test_who_did_not_begin_here_does_not_end_here(centre: Centre, idp: Provider) -> None:
    _, other = await begin(centre)
    for wrong, cookie in (
        ({}, ""),
        ({}, other),
        ({"state": "guess"}, None),
        ({"state": ""}, None),
        ({"code": "guess"}, None),
        ({"code": ""}, None),
        ({}, f"{ATTEMPT}=00"),
        ({}, f"{ATTEMPT}=zz"),
        ({}, f"{ATTEMPT}={bytes(32).hex()}{b'[]'.hex()}"),
    ):
        there, own = await begin(centre)
        back = idp.consents(there) | wrong
        assert await come_back(centre, back, own if cookie is None else cookie) == ("/desk#refused", "")
    there, own = await begin(centre)
    refused = {"state": idp.consents(there)["state"], "error": "access_denied"}
    assert await come_back(centre, refused, own) == ("/desk#refused", "")


async def test_a_code_is_good_once(centre: Centre, idp: Provider) -> None:
    there, cookie = await begin(centre)
    back = idp.consents(there)
    assert (await come_back(centre, back, cookie))[0] == "/desk"
    assert await come_back(centre, back, cookie) == ("/desk#refused", "")


async def test_an_attempt_has_ten_minutes(centre: Centre, idp: Provider, monkeypatch) -> None:
    there, cookie = await begin(centre)
    later = centre.engine.clock.now_ms() + 600_001
    monkeypatch.setattr(type(centre.engine.clock), "now_ms", lambda self: later)
    assert await come_back(centre, idp.consents(there), cookie) == ("/desk#refused", "")


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": "http://evil.test/token"},
        {"jwks_uri": "http://evil.test/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
        {"padding": "x" * 300_000},
    ],
    ids=lambda about: next(iter(about)),
)
async def test_a_provider_that_is_none(centre: Centre, idp: Provider, about) -> None:
    idp.about = about
    status, there, jar = await go(centre, "/v1/sign-in/oidc")
    assert (status, there) == (503, "") and not jar
    assert (await centre.sign_in("ann"))[0] == 200  # with a password, as always


async def test_a_provider_that_is_away(tmp_path, monkeypatch) -> None:
    more = f'\n[sign_in]\noidc = {{ issuer = "http://127.0.0.1:9", client_id = "{CLIENT}" }}\n'
    async with desk_centre(tmp_path, centre=CENTRE + more) as centre:
        assert (await go(centre, "/v1/sign-in/oidc"))[0] == 503


async def test_without_a_provider_there_is_no_way(tmp_path) -> None:
    async with desk_centre(tmp_path) as centre:
        assert (await go(centre, "/v1/sign-in/oidc"))[0] == 404
        assert "oidc" not in (await centre.send("GET", "/v1/me"))[1]
        assert (await centre.sign_in("ann"))[1]["oidc"] == ""


def test_a_provider_without_tls_is_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match="https"):
        parse(CENTRE + '\n[sign_in]\noidc = { issuer = "http://idp.test", client_id = "c" }\n', "x.toml")


async def test_no_log_has_a_token_a_code_or_a_name(centre: Centre, idp: Provider, caplog) -> None:
    caplog.set_level(logging.DEBUG, "cordpair_gateway")
    caplog.set_level(logging.DEBUG, "cordpair")
    tokens: list[str] = []

    def sign(claims: dict[str, Any]) -> str:
        tokens.append(signed(claims))
        return tokens[-1]

    idp.sign = sign
    there, cookie = await begin(centre)
    back = idp.consents(there)
    await come_back(centre, back, cookie)
    idp.name = "stranger-4711"
    await sign_in(centre, idp)
    for secret in (*tokens, *back.values(), cookie, SECRET, "stranger-4711"):
        assert secret not in caplog.text
