"""Every route with every role: who may do what is a table, and this is the table."""

import pytest

from cordpair.api import Role
from cordpair.api.routes import ROUTES

ROLES = ("admin", "supervisor", "ann", "portal", "read-only")
EVERYBODY: set[str | None] = {*ROLES}
LEADERS: set[str | None] = {"admin", "supervisor"}
AGENT_TOO = LEADERS | {"ann"}
VIEWERS = LEADERS | {"read-only"}

# Written down by hand, so that a change of the roles in the code is seen here.
MAY: dict[str, set[str | None]] = {
    "listAgents": VIEWERS | {"ann"},
    "getAgent": VIEWERS | {"ann"},
    "signIn": AGENT_TOO,
    "signOut": AGENT_TOO,
    "ready": AGENT_TOO,
    "notReady": AGENT_TOO,
    "wrapUpDone": AGENT_TOO,
    "listContacts": VIEWERS | {"ann"},
    "getContact": VIEWERS | {"ann"},
    "explainContact": VIEWERS,
    "hangUp": AGENT_TOO,
    "hold": AGENT_TOO,
    "transfer": AGENT_TOO,
    "sendDigits": AGENT_TOO,
    "dispose": AGENT_TOO,
    "changeContact": LEADERS,
    "sendTask": LEADERS | {"portal"},
    "placeCall": AGENT_TOO,
    "getCall": AGENT_TOO,
    "cancelCall": AGENT_TOO,
    "acceptOffer": AGENT_TOO,
    "rejectOffer": AGENT_TOO,
    "listQueues": EVERYBODY,
    "getQueue": EVERYBODY,
    "stream": VIEWERS | {"ann"},
    "readReport": VIEWERS,
    "readToday": VIEWERS,
    "listHistory": VIEWERS,
    "tellStory": VIEWERS,
    "listNodes": VIEWERS,
    "listTrunks": VIEWERS,
    "listReasons": VIEWERS | {"ann"},
    "drainNode": {"admin"},
    "stopDraining": {"admin"},
    "reload": {"admin"},
    "getConfiguration": LEADERS,
    "describeConfiguration": LEADERS,
    "exportConfiguration": LEADERS,
    "listRevisions": LEADERS,
    "getRevision": LEADERS,
    "rollBack": {"admin"},
    "getDraft": {"admin"},
    "putDraft": {"admin"},
    "dropDraft": {"admin"},
    "checkConfiguration": {"admin"},
    "importConfiguration": {"admin"},
    "applyConfiguration": {"admin"},
    "changeConfiguration": {"admin"},
    "listPeople": {"admin"},
    "addPerson": {"admin"},
    "changePerson": {"admin"},
    "removePerson": {"admin"},
    "resetPassword": {"admin"},
    "listSignIns": {"admin"},
    "endSignIn": {"admin"},
    "listKeys": {"admin"},
    "addKey": {"admin"},
    "revokeKey": {"admin"},
    "listAudit": {"admin"},
    "addAgent": {"admin"},
    "removeAgent": {"admin"},
    "askForPhoneSettings": {"admin"},
    "fetchPhoneSettings": EVERYBODY | {None},
    "healthz": EVERYBODY | {None},
    "readyz": EVERYBODY | {None},
    "metrics": EVERYBODY | {None},
}
IDS = {
    "agents": "ann",
    "people": "anna",
    "seats": "seat-ann",
    "phone-settings": "x",
    "sign-ins": "x",
    "keys": "x",
    "contacts": "r-c1",
    "offers": "r-o1",
    "queues": "sales",
    "nodes": "n1",
    "calls": "r-c1",
    "configuration": "1",
}
# Far enough to have passed the roles: done, or refused for what is asked.
PASSED = {200, 201, 204, 400, 404, 409, 426}


def test_the_table_names_every_route() -> None:
    assert {route.operation for route in ROUTES} == set(MAY)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


async def test_every_route_and_role(counted_api) -> None:
    api = counted_api
    for route in ROUTES:
        path = route.path.replace("{id}", IDS.get(route.path.split("/")[2], "") if "{id}" in route.path else "")
        for who in (*ROLES, None):
            body: dict[str, str] | None = {} if route.body is not None else None
            status, answer = await api.ask(route.method, path, body, who)
            if who in MAY[route.operation]:
                assert status in PASSED, (route.operation, who, status, answer)
            else:
                expected = (401, "unauthorized") if who is None else (403, "forbidden")
                assert (status, answer["error"]["code"]) == expected, (route.operation, who)


async def test_another_agents_key(api) -> None:
    for route in ROUTES:
        if route.path.startswith("/v1/agents/{id}"):
            body = {"reason": "break"} if route.operation == "notReady" else None
            status, _ = await api.ask(route.method, route.path.replace("{id}", "ann"), body, "bob")
            assert status == 403, route.operation


@pytest.mark.parametrize("who", ["admin", "supervisor", "ann", "bob", "read-only"])
async def test_callers_are_seen_by_those_who_may(api, who) -> None:
    await api.staff("ann")
    api.pbx.call("5001", number="+4930123456", name="Ada")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    shown = (await api.get("/v1/contacts", who=who))["contacts"]
    status, one = await api.ask("GET", "/v1/contacts/r-c1", who=who)
    if who == "bob":
        assert (shown, status) == ([], 404)
    else:
        callers = {"caller": {"number": "+4930123456", "name": "Ada"}} if who != "read-only" else {}
        for contact in (*shown, one):
            assert {key: value for key, value in contact.items() if key == "caller"} == callers
        assert one["agent"] == "ann"


async def test_a_portal_is_limited_to_its_queues(api) -> None:
    api.keys.written["portal"] = api.keys.add(Role.PORTAL, queues=("mails",))
    assert [each["id"] for each in (await api.get("/v1/queues", who="portal"))["queues"]] == ["mails"]
    assert (await api.ask("GET", "/v1/queues/sales", who="portal"))[0] == 404
    await api.do("/v1/tasks", {"key": "1", "queue": "mails"}, who="portal", status=201)
    status, answer = await api.ask("POST", "/v1/tasks", {"key": "2", "queue": "sales"}, who="portal")
    assert (status, answer["error"]["field"]) == (400, "queue")
