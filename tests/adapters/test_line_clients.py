"""Clients of the line protocol on a whole engine: the transcripts of AsteriskCTI's design, and those who mean ill."""

import asyncio
import random
import re
import ssl
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from adapters.line import CENTRE, SECRET, Client, line_centre
from api.test_tls import make
from cordpair.acd.model import AgentStatus
from cordpair.adapters.cti import clients as shell
from cordpair.adapters.cti import sent_for
from cordpair.api.passwords import hash_password
from cordpair.clock import AsyncioClock
from cordpair.config.adapters import Cti
from cordpair.ids import AgentId
from cordpair.store import Person
from cordpair_loopback import LoopbackPbx, never_answers, rejects


@pytest.fixture
async def centre(tmp_path):
    async with line_centre(tmp_path) as found:
        yield found


def happening(line: str) -> tuple[str, str, str]:
    """An event's id, the caller and the state."""
    event = ET.fromstring(line)
    return event.attrib["id"], event.findtext("call/calleridnum") or "", event.findtext("call/state") or ""


# ---------------------------------------------------------------- signing in


async def test_handshake_of_the_design(centre):
    """2.2.3.2: 100 WELCOME · USER → 100 OK · PASS → 102 OK, then 200 for each queue · NOOP · QUIT → 900 OK."""
    client = await centre.client()
    assert await client.ask("USER anna") == "100 OK"
    assert await client.ask(f"PASS {sent_for(SECRET)}") == "102 OK"
    assert [await client.next(), await client.next()] == ["200 astcti", "200 billing"]
    assert centre.row("anna").status is AgentStatus.READY
    assert await client.ask("NOOP") == "100 OK"
    client.send("QUIT")
    assert await client.rest() == ["900 OK"]
    assert centre.row("anna").status is AgentStatus.SIGNED_OUT


async def test_login_is_user_and_pass_in_one(centre):
    client = await centre.client()
    client.send(f"LOGIN anna {sent_for(SECRET).upper()} LINUX 00-1a-2b-3c-4d-5e")
    assert [await client.next() for _ in range(4)] == ["102 OK", "200 astcti", "200 billing", "100 OK"]
    assert centre.row("anna").seat == "third"
    assert await client.ask("IDEN") == "100 OK exten-203"


async def test_smaller_commands(centre):
    client = await centre.client()
    assert await client.ask("KEEP") == "104 OK 60000"
    assert await client.ask("CMPR") == "103 0"
    assert (await client.ask("PASS x")).startswith("101 KO Send User First")
    client = await centre.signed_in()
    assert await client.ask("IDEN") == "100 OK exten-201"
    assert await client.ask("OSTYPE LINUX") == "100 OK Operating system set"
    assert (await client.ask("CHPW old new")).startswith("101 KO Secrets are generated")
    assert await client.ask("CONF 201 300") == "101 KO There are no conferences"
    assert await client.ask("EXTEN 203") == "100 OK"
    assert centre.row("anna").seat == "third"
    assert await client.ask("EXTEN 999") == "101 KO Extension unknown"
    assert await client.ask("MAC 00:00:00:00:00:00") == "101 KO MAC address unknown"
    assert (await client.ask("USER bruno")) == "101 KO Already authenticated"


async def test_a_seat_that_is_taken_is_refused(centre):
    await centre.signed_in("bruno", queues=1)
    client = await centre.signed_in("anna")
    assert (await client.ask("EXTEN 202")).startswith("101 KO seat 'second' is taken")
    assert centre.row("anna").seat == "first"


@pytest.mark.parametrize("command", ["PAUSE IN", "ORIG 1 x 1", "MAC a", "EXTEN 201", "IDEN", "CHPW a b", "OSTYPE X"])
async def test_a_stranger_may_do_nothing(centre, command: str):
    client = await centre.client()
    assert await client.ask(command) == "101 KO Not authenticated"


async def test_what_is_wrong_with_a_sign_in_is_not_told(centre):
    """A name that nobody has is answered as one that somebody has; the third try is the last on this line."""
    client = await centre.client()
    answers = [await client.sign_in("nobody"), await client.sign_in("anna", "wrong"), await client.sign_in("anna", "")]
    assert answers == ["101 KO Wrong username or password"] * 3
    assert await client.next() == ""
    client = await centre.client()
    assert await client.ask("USER anna") == "100 OK"
    assert await client.ask(f"PASS {SECRET}") == "101 KO Wrong username or password"  # not as it is: as MD5


async def test_tries_are_counted_over_all_lines(centre):
    for _ in range(4):
        client = await centre.client()
        for _ in range(3):
            answer = await client.sign_in("anna", "guess")
    assert answer == "101 KO Too many tries"
    assert await (await centre.client()).sign_in("anna") == "101 KO Too many tries"
    assert await (await centre.client()).sign_in("bruno") == "102 OK"


async def test_the_password_of_the_desk_opens_nothing_here(centre):
    await centre.store.sign_ins.put_password(AgentId("anna"), hash_password("correct horse"), 1)
    client = await centre.client()
    assert await client.sign_in("anna", "correct horse") == "101 KO Wrong username or password"


async def test_a_second_client_of_the_same_agent_is_refused(centre):
    first = await centre.signed_in()
    second = await centre.client()
    assert await second.sign_in() == "101 KO User is still logged in"
    assert await first.ask("NOOP") == "100 OK"
    first.send("QUIT")
    await first.rest()
    await centre.signed_in()


async def test_a_secret_that_is_taken_away_lets_its_client_go(centre):
    anna, bruno = await centre.signed_in(), await centre.signed_in("bruno", queues=1)
    assert await centre.store.cti_secrets.remove(AgentId("anna"))
    await centre.clients.drop_the_revoked()
    assert await anna.rest() == ["101 KO The secret is no longer good"]
    assert await bruno.ask("NOOP") == "100 OK"
    assert await (await centre.client()).sign_in() == "101 KO Wrong username or password"


# ---------------------------------------------------------------- pause


async def test_two_phases_of_a_pause(centre):
    client = await centre.signed_in()
    client.send("PAUSE IN")
    assert [await client.next(), await client.next()] == ["301 PAUSE PENDING", "300 OK"]
    assert (centre.row("anna").status, centre.row("anna").reason) == (AgentStatus.NOT_READY, "pause")
    client.send("PAUSE IN")  # once more is no error
    assert [await client.next(), await client.next()] == ["301 PAUSE PENDING", "300 OK"]
    client.send("PAUSE OUT")
    assert [await client.next() for _ in range(3)] == ["300 OK", "200 astcti", "200 billing"]
    assert await client.ask("PAUSE") == "101 KO No action requested"
    assert await client.ask("PAUSE SIDEWAYS") == "101 KO No action requested"


async def test_a_pause_asked_for_in_a_call_is_in_force_after_it(centre):
    client = await centre.signed_in()
    call = centre.pbx.call("101", number="102")
    assert [happening(await client.next())[0] for _ in range(3)] == ["Newchannel", "Newstate", "Link"]
    assert await client.ask("PAUSE IN") == "301 PAUSE PENDING"
    assert centre.row("anna").status is AgentStatus.READY
    call.hang_up()
    assert happening(await client.next())[0] == "Hangup"
    assert await client.next() == "300 OK"
    assert centre.row("anna").status is AgentStatus.NOT_READY


async def test_a_pause_that_is_refused_changes_nothing(centre):
    """The administrator took the reason away: 302, and the agent is as before."""
    client = await centre.signed_in()
    centre.clients._wanted = Cti(pause_reason="gone")
    client.send("PAUSE IN")
    assert await client.next() == "301 PAUSE PENDING"
    assert (await client.next()).startswith("302 KO reason 'gone' does not exist")
    assert centre.row("anna").status is AgentStatus.READY


# ---------------------------------------------------------------- calls


async def test_events_of_a_call_with_its_variables(centre):
    client = await centre.signed_in()
    call = centre.pbx.call("101", number="102", name="Demo 2", variables={"calldata": "12345", "secret": "no"})
    lines = [await client.next() for _ in range(3)]
    assert [happening(line) for line in lines] == [
        ("Newchannel", "102", "Down"), ("Newstate", "102", "Ringing"), ("Link", "102", "Up")
    ]  # fmt: skip
    event = ET.fromstring(lines[2])
    assert event.findtext("call/calleridname") == "Demo 2"
    assert event.findtext("call/context") == "astctidemo"
    assert [(each.attrib["key"], each.text) for each in event.iter("data")] == [("calldata", "12345")]
    assert len({ET.fromstring(line).findtext("call/uniqueid") for line in lines}) == 1
    call.hang_up()
    assert happening(await client.next()) == ("Hangup", "102", "Down")


async def test_nobody_hears_of_a_call_that_was_not_offered_to_them(centre):
    anna, bruno = await centre.signed_in(), await centre.signed_in("bruno", queues=1)
    centre.pbx.call("101", number="102")
    for _ in range(3):
        await anna.next()
    assert await bruno.ask("NOOP") == "100 OK"  # and nothing was before it


async def test_a_call_that_is_rejected_ends(centre):
    centre.pbx.phones["201"].behaviour = rejects(10)
    client = await centre.signed_in()
    centre.pbx.call("101", number="102")
    assert [happening(await client.next())[0] for _ in range(3)] == ["Newchannel", "Newstate", "Hangup"]


async def test_who_comes_back_is_told_of_the_call_they_are_in(centre):
    client = await centre.signed_in()
    centre.pbx.call("101", number="102")
    for _ in range(3):
        await client.next()
    await client.close()
    await centre.until(lambda state: state.agents["anna"].desk_gone_until is not None)
    again = await centre.signed_in()
    assert happening(await again.next()) == ("Link", "102", "Up")


async def test_all_are_told_when_the_pbx_is_gone_and_back(centre):
    client = await centre.signed_in()
    centre.pbx.cut_link()
    assert await client.next() == "500 PBX,DOWN,n1"
    assert await client.next() == "500 PBX,UP,n1"
    assert await client.ask("NOOP") == "100 OK"


# ---------------------------------------------------------------- calls that agents place


PLACING = """contexts = ["outbound"]
[queues.outbound]
[calls]
queue = "outbound"
[calls.trunks.n1]
dial = "{number}@trunk"
[calls.numbers]
region = "ES"
"""


async def test_a_call_is_placed_in_an_allowed_context_only(tmp_path):
    """ORIG exten cntxt prio: the agent's phone rings first, then the number."""
    async with line_centre(tmp_path, centre=CENTRE + PLACING) as centre:
        client = await centre.signed_in()
        assert await client.ask("ORIG 932009000 outbound 1") == "100 OK"
        assert [happening(await client.next())[0] for _ in range(2)] == ["Newchannel", "Newstate"]
        for wrong in ("ORIG 932009000 internal 1", "ORIG x outbound 1", "ORIG 932009000", "ORIG"):
            client.send(wrong)
            while not (answer := await client.next()).startswith("101 KO "):
                assert answer.startswith("<event"), answer


# ---------------------------------------------------------------- the line


async def test_a_line_that_is_lost_is_a_desk_that_is_lost(centre):
    """Not ready after the grace, once, with the reason; never available to calls that nobody would hear of."""
    client = await centre.signed_in()
    await client.close()
    await centre.until(lambda state: state.agents[AgentId("anna")].status is AgentStatus.NOT_READY)
    assert centre.row("anna").reason == "connection-lost"
    assert not centre.row("anna").desk


async def test_who_says_nothing_is_gone_and_noop_is_enough(centre):
    centre.clients.idle_ms = 400
    client = await centre.signed_in()
    now = asyncio.get_running_loop().time
    began = now()
    while now() < began + 1.2:  # three times as long as it may say nothing
        assert await client.ask("NOOP") == "100 OK"
    assert await client.rest() == ["101 KO Idle"]


async def test_a_stranger_has_so_long(centre, monkeypatch):
    monkeypatch.setattr(shell, "SIGN_IN_S", 0.3)
    client = await centre.client()
    assert await client.rest() == ["101 KO Idle"]


async def test_lines_come_in_any_pieces(centre):
    client = await centre.client()
    for byte in f"USER anna\nPASS {sent_for(SECRET)}\nNOOP\n".encode():
        client.send(bytes([byte]))
        await client.writer.drain()
    assert [await client.next() for _ in range(5)] == ["100 OK", "102 OK", "200 astcti", "200 billing", "100 OK"]


async def test_too_much_without_an_end_closes_the_line(centre):
    client = await centre.client()
    client.send(b"USER " + b"a" * 100_000)
    assert (await client.rest())[:1] == ["101 KO Line too long"]
    assert await (await centre.client()).sign_in() == "102 OK"


async def test_garbage_is_answered_and_the_engine_goes_on(centre):
    client = await centre.client()
    for line in (b"\xff\xfe\n", b"\x16\x03\x01\x02\n", b"GET / HTTP/1.1\r\n", b"Action: login\r\n", b"\n"):
        client.send(line)
        assert (await client.next()).startswith("101 KO ")
    assert await client.sign_in() == "102 OK"


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_is_sent_the_port_stays_and_nothing_changes(centre, seed: int):
    """Bytes, words of the protocol and line ends in no order, from a stranger."""
    draw = random.Random(seed)
    words = [
        b"USER ",
        b"PASS ",
        b"LOGIN ",
        b"anna",
        b"PAUSE ",
        b"ORIG 1 x 1",
        b"\r\nAction: Originate\r\n",
        b"\n",
        b"\0",
    ]
    said = b"".join(draw.choice([draw.randbytes(draw.randrange(40)), *words]) for _ in range(200))
    before = {name: row.status for name, row in centre.state.agents.items()}
    client = await centre.client()
    client.send(said.replace(b"QUIT", b"") + b"\nQUIT\n")
    for line in await client.rest():
        assert re.match(r"(1\d\d|900) ", line), line
    assert {name: row.status for name, row in centre.state.agents.items()} == before
    assert await (await centre.client()).sign_in("bruno") == "102 OK"


async def test_no_more_strangers_than_there_is_room_for(centre, monkeypatch):
    monkeypatch.setattr(shell, "STRANGERS", 3)
    for _ in range(3):
        await centre.client()
    reader, writer = await asyncio.open_connection("127.0.0.1", centre.port)
    late = Client(reader, writer)
    assert await late.rest() == ["101 KO Too many clients"]
    await late.close()


async def test_a_client_that_does_not_read_is_dropped(centre, monkeypatch):
    monkeypatch.setattr(shell, "BEHIND", 1_000)
    client = await centre.signed_in()
    session = centre.clients._by_agent[AgentId("anna")]
    for _ in range(100_000):
        session.say("x" * 100)
        if centre.clients._lines[session].transport.is_closing():
            break
    else:
        raise AssertionError("it was never dropped")
    await centre.until(lambda state: state.agents["anna"].desk_gone_until is not None)
    await client.close()


async def test_a_flood_of_commands_holds_nobody_up(centre):
    """They are answered one after the other; another client waits for none of them."""
    flood, other = await centre.client(), await centre.signed_in("bruno", queues=1)
    flood.send(b"NOOP\n" * 20_000)
    assert await other.ask("NOOP") == "100 OK"
    assert [await flood.next() for _ in range(20_000)].count("100 OK") == 20_000


# ---------------------------------------------------------------- TLS, restart


async def test_over_tls(tmp_path):
    certificate, key = make(tmp_path, "first")
    tls = f'\ncertificate = "{certificate}"\ncertificate_key = "{key}"'
    async with line_centre(tmp_path, centre=CENTRE.replace("[adapters.cti]", "[adapters.cti]" + tls)) as centre:
        context = ssl.create_default_context(cafile=str(certificate))
        client = await centre.client(ssl=context, server_hostname="127.0.0.1")
        assert await client.sign_in() == "102 OK"
        plain = Client(*await asyncio.open_connection("127.0.0.1", centre.port))
        plain.send("USER anna")
        assert await plain.next() == ""
        await plain.close()


async def test_a_restart_leaves_nobody_available_without_a_client(tmp_path):
    """What was there when the process ended counts as lost from when the next one begins."""
    pbx = LoopbackPbx(AsyncioClock(), phones=["201", "202", "203"], app="main", name="n1")
    async with line_centre(tmp_path, pbx=pbx) as centre:
        await centre.signed_in()
        centre.engine.stop()  # before the line ends, as when the process does
    async with line_centre(tmp_path, pbx=pbx) as centre:
        await centre.until(lambda state: state.agents[AgentId("anna")].status is AgentStatus.NOT_READY)
        assert centre.row("anna").reason == "connection-lost"
        await centre.signed_in()


async def test_who_is_disabled_in_the_office_is_not_let_in(centre):
    client = await centre.signed_in()
    people = centre.store.people
    await people.add(Person("anna", "Anna", "supervisor", True, 1), "the test", is_agent=True)
    await centre.clients.drop_the_revoked()
    assert await client.ask("NOOP") == "100 OK"
    await people.change("anna", 1, lambda person: replace(person, enabled=False), "the test", 2)
    await centre.clients.drop_the_revoked()
    assert await client.rest() == ["101 KO The secret is no longer good"]
    assert await (await centre.client()).sign_in() == "101 KO Wrong username or password"


async def test_calls_are_placed_from_some_networks_only(tmp_path):
    elsewhere = PLACING.replace("[calls]", '[calls]\nnetworks = ["192.0.2.0/24"]')
    async with line_centre(tmp_path, centre=CENTRE + elsewhere) as centre:
        client = await centre.signed_in()
        assert (await client.ask("ORIG 932009000 outbound 1")).startswith("101 KO From here no calls")


async def test_after_a_restart_the_client_comes_back_in_time(tmp_path):
    pbx = LoopbackPbx(AsyncioClock(), phones=["201", "202", "203"], app="main", name="n1")
    pbx.phones["201"].behaviour = never_answers()
    async with line_centre(tmp_path, pbx=pbx) as centre:
        await centre.signed_in()
    async with line_centre(tmp_path, pbx=pbx) as centre:
        client = await centre.client()
        assert await client.sign_in() == "102 OK"
        assert centre.row("anna").status is AgentStatus.READY
