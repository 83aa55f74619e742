"""Accounts of phones on the scripted Event Socket: what is sent, what is never sent, and every way to fail."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cordpair.acd.causes import SeatStatus
from cordpair.acd.inputs import DriverInput, SeatChanged
from cordpair.ids import LegId, NodeId
from cordpair.pbx import Capability, CommandTimedOut, LinkLost, OriginateRequest, Refused, ha1
from cordpair_freeswitch import FreeSwitchDriver, link
from cordpair_freeswitch.accounts import PHONES, PHONES_PROFILE, PROFILE, REALM
from freeswitch_driver import switch_strings as switch
from freeswitch_driver.event_socket import EventSocket, event, result, soon
from freeswitch_driver.switch_strings import Packet
from freeswitch_driver.test_driver import CALLER, CORE, STAMP, Inputs, arrives

SECRET = "kX9-tu.Q4w"
LUA = Path(__file__).parents[2] / "dialplans/freeswitch/directory/accounts.lua"
REACHABLE, UNREACHABLE = SeatStatus.REACHABLE, SeatStatus.UNREACHABLE


class Memory(EventSocket):
    """With what mod_hash keeps, and a directory that looks there."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}
        self.phones: dict[str, str] = {}
        self.files: set[str] = set()
        self.registrations = ""
        self.answers |= {
            "api global_getvar core_uuid": result(CORE),
            "api sofia_contact ": self._contact,
            "api sofia xmlstatus profile": lambda _: result(self.registrations),
            "api show channels as json": result('{"row_count":0}\n'),
            "api hash ": self._hash,
            "api user_exists ": self._exists,
        }

    def _hash(self, packet: Packet) -> bytes:
        verb, realm, key, *value = packet.command.split(" ", 2)[2].split("/")
        kept = {REALM: self.kept, PHONES: self.phones}[realm]
        if verb == "insert":
            kept[key] = value[0]
            return result("+OK\n")
        if verb == "select":
            return result(kept.get(key, ""))
        return result("+OK\n" if kept.pop(key, None) else "-ERR Not found\n")

    def _exists(self, packet: Packet) -> bytes:
        _, _, kind, user, domain = packet.command.split(" ")
        assert kind == "id"
        return result("true" if f"{user}@{domain}" in {*self.kept, *self.phones, *self.files} else "false")

    def _contact(self, _: Packet) -> bytes:
        return result(f"sofia/{PROFILE}/sip:x@y.invalid" if self.registrations else "error/user_not_registered")

    def of(self, beginning: str) -> list[str]:
        return [packet.command for packet in self.seen if packet.command.startswith(beginning)]


@pytest.fixture
async def server() -> AsyncIterator[Memory]:
    async with Memory() as running:
        yield running


@pytest.fixture
def inputs() -> Inputs:
    return Inputs()


@pytest.fixture
async def driver(server: Memory, inputs: Inputs) -> AsyncIterator[FreeSwitchDriver]:
    made = server.driver(endpoints=("ben",), options="&command_timeout=1")
    await soon(made.open(inputs))
    yield made
    await soon(made.close())


async def test_an_account_is_a_hash_in_memory(server, driver):
    assert Capability.ACCOUNTS in driver.capabilities()
    await driver.put_account("ben", SECRET, {})
    proof = hashlib.md5(f"ben:fs.test:{SECRET}".encode()).hexdigest()
    assert server.kept == {"ben@fs.test": proof}
    await driver.put_account("ben", "another-secret", {})
    assert list(server.kept) == ["ben@fs.test"] and server.kept["ben@fs.test"] != proof
    assert not [packet for packet in server.seen if SECRET in packet.command]


async def test_removed_is_rung_no_more(server, driver):
    await driver.put_account("ben", SECRET, {})
    await driver.remove_account("ben")
    assert server.kept == {}
    assert server.of("api sofia profile") == [f"api sofia profile {PROFILE} flush_inbound_reg ben@fs.test"]
    await driver.remove_account("ben")  # what is gone already is no failure


@pytest.mark.parametrize(
    "name",
    ["", "ben doe", "ben/x", "ben@x", "ben\n", "ben\n\nauth", "../ben", "a" * 65, "bén", "be'n", "${x}", "a,b"],
)
async def test_a_name_that_is_none(server, driver, name):
    before = len(server.seen)
    for refused in (driver.put_account(name, SECRET, {}), driver.remove_account(name)):
        with pytest.raises(Refused, match="a name is"):
            await refused
    assert len(server.seen) == before


@pytest.mark.parametrize(
    "secret", ["", "short", "with a blank", "tab\tbed-it", "lang-genug-für", "x" * 257, "line\nend1"]
)
async def test_a_secret_that_is_none(server, driver, secret):
    before = len(server.seen)
    with pytest.raises(Refused, match="its secret must be") as refused:
        await driver.put_account("ben", secret, {})
    assert len(server.seen) == before
    assert not secret or secret not in str(refused.value)


async def test_options_that_freeswitch_has_not(server, driver):
    with pytest.raises(Refused, match="no such options: codec"):
        await driver.put_account("ben", SECRET, {"codec": "opus"})
    assert server.kept == {}


async def test_a_domain_that_cannot_be_part_of_a_command(server, inputs):
    driver = server.driver()
    driver._settings = server.settings(domain="fs/test")
    await soon(driver.open(inputs))
    with pytest.raises(Refused, match="'fs/test'"):
        await driver.put_account("ben", SECRET, {})
    await driver.close()


@pytest.mark.parametrize(
    ("command", "reply", "says"),
    [
        ("api hash ", "-ERR hash Command not found!\n", "hash Command not found"),
        ("api hash ", "-ERR permission denied\n", "permission denied"),
        ("api user_exists ", "-ERR permission denied\n", "permission denied"),
        ("api user_exists ", "false", "mod_lua"),
    ],
)
async def test_what_is_missing_is_said(server, driver, command, reply, says):
    server.answers[command] = result(reply)
    with pytest.raises(Refused, match=says):
        await driver.put_account("ben", SECRET, {})


@pytest.mark.parametrize("reply", ["-ERR hash Command not found!\n", "-ERR permission denied\n"])
async def test_what_cannot_be_removed_is_said(server, driver, reply):
    server.answers["api hash "] = result(reply)
    with pytest.raises(Refused):
        await driver.remove_account("ben")
    assert not server.of("api sofia profile")


async def test_no_answer_and_no_link(server, driver):
    server.hold("api hash ")
    with pytest.raises(CommandTimedOut):
        await soon(driver.put_account("ben", SECRET, {}))
    server.cut()
    await soon(driver.ended())
    for lost in (driver.put_account("ben", SECRET, {}), driver.remove_account("ben")):
        with pytest.raises(LinkLost):
            await lost


def test_the_script_looks_where_the_driver_writes():
    text = LUA.read_text()
    assert f'accounts = "{REALM}", profile = "{PROFILE}"' in text
    assert f'accounts = "{PHONES}", profile = "{PHONES_PROFILE}"' in text


# ---------------------------------------------------------------- phones of their own


@pytest.fixture
async def centre(server, driver):
    driver._link.accounts.domain = "cordpair"
    return driver


async def test_a_phone_is_its_digest_in_memory(server, centre):
    assert Capability.PHONES in centre.capabilities()
    await centre.put_phone("105", ha1("105", SECRET))
    assert server.phones == {"105@cordpair": hashlib.md5(f"105:cordpair:{SECRET}".encode()).hexdigest()}
    await centre.put_phone("105", ha1("105", "another"))
    assert server.phones == {"105@cordpair": ha1("105", "another")}
    await centre.remove_account("105")
    assert server.phones == {}
    assert f"api sofia profile {PHONES_PROFILE} flush_inbound_reg 105@cordpair" in server.of("api sofia profile")


async def test_a_phone_of_the_files_stays_what_it_is(server, centre):
    server.files.add("101@cordpair")
    with pytest.raises(Refused, match=r"in cordpair\.d/agents\.xml"):
        await centre.put_phone("101", ha1("101", SECRET))
    assert server.phones == {}
    await centre.remove_account("101")
    assert not [said for said in server.of("api sofia profile") if PHONES_PROFILE in said], "it stays registered"


async def test_another_domain_knows_other_passwords(server, driver):
    with pytest.raises(Refused, match=r"realm cordpair, and FreeSWITCH's domain is fs\.test: set domain=cordpair"):
        await driver.put_phone("105", ha1("105", SECRET))
    assert not server.of("api hash")


@pytest.mark.parametrize("digest", ["", "x" * 32, "a" * 31, "a" * 33, "a" * 31 + "\n", "A" * 32])
async def test_what_is_no_digest_reaches_nothing(server, centre, digest):
    with pytest.raises(Refused, match="32 hexadecimal digits"):
        await centre.put_phone("105", digest)
    assert not server.of("api hash")


# ---------------------------------------------------------------- its phone


def phone(subclass: str, registration: str, **more: str) -> bytes:
    headers = {"Event-Name": "CUSTOM", "Event-Subclass": f"sofia::{subclass}", "from-user": "ben"}
    return event(headers | {"call-id": registration} | {name.replace("_", "-"): value for name, value in more.items()})


def told(inputs: Inputs) -> list[SeatStatus]:
    changes: list[DriverInput] = [item for item in inputs if isinstance(item, SeatChanged)]
    assert all(isinstance(change, SeatChanged) and change.node == NodeId("pbx") for change in changes)
    return [change.status for change in changes if isinstance(change, SeatChanged)]


def registered(call_id: str, status: str = "Reachable") -> str:
    return f"<profile><registrations><call-id>{call_id}</call-id><ping-status>{status}</ping-status></registrations>"


async def test_the_line_that_was_replaced_closes_later(server, driver, inputs, monkeypatch):
    monkeypatch.setattr(link, "LATE", 0.0)
    server.say(phone("register", "first"))
    server.say(phone("register", "second"))
    server.registrations = registered("second")
    server.say(phone("sip_user_state", "first", Ping_Status="UNREACHABLE"))
    server.say(phone("unregister", "first", reason="socket-disconnection"))
    await server.saw("api sofia xmlstatus profile")
    assert told(inputs) == [REACHABLE]
    server.say(phone("unregister", "second"))
    await inputs.until(lambda: told(inputs) == [REACHABLE, UNREACHABLE])


async def test_the_same_phone_over_a_new_line(server, driver, inputs, monkeypatch):
    """Its registration bears the same id: who was closed is not told, so the list is asked."""
    monkeypatch.setattr(link, "LATE", 0.0)
    server.say(phone("register", "same"))
    server.say(phone("register", "same", network_port="2"))
    server.registrations = registered("same")
    server.say(phone("unregister", "same", reason="socket-disconnection"))
    await inputs.until(lambda: told(inputs) == [REACHABLE, UNREACHABLE, REACHABLE])
    assert server.of("api sofia xmlstatus") == [f"api sofia xmlstatus profile {PROFILE} user ben@fs.test"]


async def test_a_closed_line_is_a_phone_that_is_gone(server, driver, inputs, monkeypatch):
    monkeypatch.setattr(link, "LATE", 0.0)
    server.say(phone("register", "only"))
    server.say(phone("unregister", "only", reason="socket-disconnection"))
    await inputs.until(lambda: UNREACHABLE in told(inputs))
    await server.saw("api sofia_contact */ben@fs.test")
    assert told(inputs) == [REACHABLE, UNREACHABLE]


async def test_a_new_link_learns_which_registration_counts(server, driver, inputs):
    server.registrations = registered("a&amp;b")
    assert (await driver.snapshot()).seats == {"ben": REACHABLE}
    server.say(phone("unregister", "older"))
    await arrives(server, inputs)  # whatever was said before it has been heard
    assert told(inputs) == []
    server.say(phone("unregister", "a&b"))
    await inputs.until(lambda: told(inputs) == [UNREACHABLE])


@pytest.mark.parametrize("video", [True, False])
async def test_who_shows_pictures_is_shown_some(server, driver, inputs, video):
    await arrives(server, inputs, **({"variable_cp_video": "true"} if video else {}))
    request = OriginateRequest(leg=LegId("leg-1"), endpoint="ben", timeout_ms=1_000, stamp=STAMP, originator=CALLER)
    await driver.originate(request)
    (sent,) = server.of("bgapi originate")
    variables, _, _ = switch.originate(sent.removeprefix("bgapi originate "))
    assert variables.get("cp_video") == ("true" if video else None)
