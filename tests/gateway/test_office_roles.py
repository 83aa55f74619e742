"""Every route with every role by the cookie; and what another page, or somebody without the token, cannot do."""

import pytest
from aiohttp import WSServerHandshakeError

from api.test_roles import MAY
from cordpair.api.roles import Role
from cordpair.api.routes import ROUTES
from gateway.desks import URL
from gateway.offices import Staff, office_centre

SIGNED_IN = {"anna": "admin", "sue": "supervisor", "rob": "read-only", "ann": "ann", "bob": "supervisor"}
IDS = {"agents": "ann", "queues": "help", "nodes": "n1", "people": "rob"}
REFUSED = (401, 403)
WITH_ROLES = [route for route in ROUTES if route.roles is not None]


@pytest.fixture
async def staff(tmp_path):
    async with office_centre(tmp_path) as found:
        await found.sign_in(*SIGNED_IN)
        yield found


def path_of(route) -> str:
    return route.path.replace("{id}", IDS.get(route.path.split("/")[2], "nothing"))


def body_of(route):
    return {} if route.body is not None else None


async def test_every_route_with_every_cookie(staff: Staff) -> None:
    for route in WITH_ROLES:
        for who, role in SIGNED_IN.items():
            status, answer = await staff.ask(who, route.method, path_of(route), body_of(route))
            if role in MAY[route.operation]:
                assert status not in REFUSED and status != 500, (route.operation, who, status, answer)
            else:
                assert (status, answer["error"]["code"]) == (403, "forbidden"), (route.operation, who, status)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 48},
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.test"},
        {"Origin": URL + ".evil.test"},
        {"Origin": URL.replace("https", "http")},
    ],
)
async def test_nothing_is_changed_without_our_origin_and_token(staff: Staff, headers) -> None:
    for route in WITH_ROLES:
        if route.method != "GET":
            status, answer = await staff.ask("anna", route.method, path_of(route), body_of(route), headers=headers)
            assert (status, answer["error"]["code"]) == (403, "forbidden"), (route.operation, answer)


async def test_the_token_of_another_sign_in_is_none(staff: Staff) -> None:
    status, _ = await staff.ask(
        "anna", "POST", "/v1/people/rob/password-reset", headers={"X-CSRF-Token": staff.csrf["sue"]}
    )
    assert status == 403


async def test_another_page_cannot_even_read(staff: Staff) -> None:
    for route in WITH_ROLES:
        if route.method == "GET":
            status, _ = await staff.ask("anna", "GET", path_of(route), headers={"Origin": "https://evil.test"})
            assert status == 403, route.operation


async def test_a_cookie_of_nobody_opens_nothing(staff: Staff) -> None:
    staff.centre.cookies["nobody"] = "__Host-cordpair-desk=" + "x" * 43
    for route in WITH_ROLES:
        for who in ("nobody", "stranger"):
            status, answer = await staff.ask(who, route.method, path_of(route), body_of(route))
            assert (status, answer["error"]["code"]) == (401, "unauthorized"), (route.operation, who)


async def test_a_key_counts_before_a_cookie(staff: Staff) -> None:
    """Who sends a key means it; a bad one is not made good by whoever is signed in."""
    status, _ = await staff.ask("anna", "GET", "/v1/people", headers={"Authorization": "Bearer cp_0"})
    assert status == 401
    key = staff.centre.shop
    status, _ = await staff.ask("anna", "GET", "/v1/people", headers={"Authorization": f"Bearer {key}"})
    assert status == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/agents/eve", None),
        ("POST", "/v1/agents/eve/sign-in", {}),
        ("POST", "/v1/agents/eve/sign-out", {}),
        ("POST", "/v1/agents/eve/ready", {}),
        ("POST", "/v1/agents/eve/not-ready", {"reason": "lunch"}),
        ("POST", "/v1/agents/eve/wrap-up-done", {}),
    ],
)
async def test_an_agent_acts_for_no_other(staff: Staff, method, path, body) -> None:
    assert (await staff.ask("ann", method, path, body))[0] == 403
    assert (await staff.ask("bob", method, path, body))[0] != 403  # who leads too may


async def test_an_agent_neither_sees_nor_touches_anothers_contact(staff: Staff) -> None:
    centre = staff.centre
    await centre.sit_down("eve", ready=True)
    centre.rings("5001", number="+4930123")
    await centre.until(lambda state: state.offers)
    contact = next(iter(centre.state.contacts))
    offers = list(centre.state.offers)
    assert (await staff.ask("ann", "GET", f"/v1/contacts/{contact}"))[0] == 404
    assert (await staff.ask("ann", "GET", "/v1/contacts"))[1] == {"contacts": []}
    for action, body in (("hang-up", {}), ("hold", {"on": True}), ("transfer", {"queue": "asks"}),
                         ("digits", {"digits": "1"}), ("disposition", {"disposition": "solved"})):  # fmt: skip
        status, _ = await staff.ask("ann", "POST", f"/v1/contacts/{contact}/{action}", body)
        assert status in (403, 404, 409), action
    for offer in offers:
        assert (await staff.ask("ann", "POST", f"/v1/offers/{offer}/reject", {}))[0] in (403, 404)
    assert contact in centre.state.contacts


# ---------------------------------------------------------------- who it is


async def test_everybody_is_who_they_are(staff: Staff) -> None:
    shown = {name: (await staff.ask(name, "GET", "/v1/me"))[1] for name in SIGNED_IN}
    assert {name: (me["role"], me["agent"]) for name, me in shown.items()} == {
        "anna": ("admin", None),
        "sue": ("supervisor", None),
        "rob": ("read-only", None),
        "ann": ("agent", "ann"),
        "bob": ("supervisor", "bob"),
    }
    assert (shown["anna"]["full_name"], shown["ann"]["full_name"]) == ("Anna", "Ann Lee")


async def test_who_is_no_agent_has_no_desk(staff: Staff) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await staff.centre.open_desk("anna")
    assert refused.value.status == 403
    page = await staff.centre.open_desk("bob")
    assert (await page.until("desk"))["agent"] == "bob"


async def test_the_stream_is_for_pages_of_ours(staff: Staff) -> None:
    http, url = staff.centre.http, staff.centre.url + "/v1/stream"
    for headers, status in (
        ({"Cookie": staff.centre.cookies["sue"]}, 403),
        ({"Cookie": staff.centre.cookies["sue"], "Origin": "https://evil.test"}, 403),
        ({"Origin": URL}, 401),
    ):
        with pytest.raises(WSServerHandshakeError) as refused:
            await http.ws_connect(url, headers=headers)
        assert refused.value.status == status
    async with http.ws_connect(url, headers={"Cookie": staff.centre.cookies["sue"], "Origin": URL}) as socket:
        assert (await socket.receive_json())["type"] == "snapshot"


def test_people_have_roles_that_routes_know() -> None:
    assert {"admin", "supervisor", "read-only"} <= set(Role)
