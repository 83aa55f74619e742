"""Tickets and tokens: once, for one purpose, until their time; and what pages and relays are made of."""

import itertools
import secrets
import threading

import pytest

from cordpair.config.model import Gateway, PageRule, Portal
from cordpair.errors import ConfigurationError
from cordpair_gateway.pages import rule_for
from cordpair_gateway.part import signing_key
from cordpair_gateway.resume import Resume, Resumes
from cordpair_gateway.tickets import SESSION_MS, Purpose, Ticket, Tickets, TooManyTickets
from cordpair_gateway.turn import ice_servers, turn_login

NOW = 1_800_000_000_000
ENTER = frozenset({Purpose.SESSION, Purpose.RESUME})


def ticket(name: str = "1", portal: str = "shop") -> Ticket:
    return Ticket(
        ticket=f"t-{name}",
        portal=portal,
        origins=frozenset({"https://shop.test"}),
        identity=f"sip:{name}@help.test",
        target="sip:help@help.test",
        context_id=f"web-{name}",
        media="audio",
        queue="help",
        personal={"customer": "c-4711"},
    )


@pytest.fixture
def tickets() -> Tickets:
    return Tickets(secrets.token_hex)


def test_a_token_is_good_once(tickets) -> None:
    token = tickets.issue(ticket(), Purpose.SESSION, NOW + SESSION_MS, NOW)
    assert tickets.take(token, ENTER, NOW + SESSION_MS - 1) == (Purpose.SESSION, ticket())
    assert tickets.take(token, ENTER, NOW) is None


def test_a_token_has_its_time(tickets) -> None:
    token = tickets.issue(ticket(), Purpose.SESSION, NOW + SESSION_MS, NOW)
    assert tickets.take(token, ENTER, NOW + SESSION_MS) is None


@pytest.mark.parametrize("purpose", [Purpose.CALL, Purpose.COBROWSE])
def test_a_token_has_one_purpose_and_is_used_up_by_another(tickets, purpose) -> None:
    token = tickets.issue(ticket(), purpose, NOW + 1_000, NOW)
    assert tickets.take(token, ENTER, NOW) is None
    assert tickets.redeem(token, NOW) is None
    session = tickets.issue(ticket(), Purpose.SESSION, NOW + 1_000, NOW)
    assert tickets.redeem(session, NOW) is None and tickets.take(session, ENTER, NOW) is None


def test_a_call_token_opens_one_call_from_one_identity_to_one_address(tickets) -> None:
    token = tickets.issue(ticket(), Purpose.CALL, NOW + 20_000, NOW, "run-c1")
    lock = tickets.redeem(token, NOW)
    assert lock is not None
    assert (lock.target, lock.identity, lock.context_id) == ("sip:help@help.test", "sip:1@help.test", "web-1")
    assert (lock.origins, lock.subject) == ({"https://shop.test"}, "run-c1")
    assert tickets.redeem(token, NOW) is None


def test_a_new_token_takes_the_place_of_the_one_before(tickets) -> None:
    first = tickets.issue(ticket(), Purpose.RESUME, NOW + 1_000, NOW)
    second = tickets.issue(ticket(), Purpose.RESUME, NOW + 1_000, NOW)
    assert tickets.take(first, ENTER, NOW) is None
    assert tickets.take(second, ENTER, NOW) is not None


def test_of_many_who_race_one_wins(tickets) -> None:
    token = tickets.issue(ticket(), Purpose.CALL, NOW + 1_000, NOW)
    start, won = threading.Barrier(8), []

    def race() -> None:
        start.wait()
        won.append(tickets.redeem(token, NOW))

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in won if each is not None]) == 1


def test_nothing_is_good_after_the_end(tickets) -> None:
    tokens = [tickets.issue(ticket(), purpose, NOW + 9_000, NOW) for purpose in Purpose]
    tickets.forget("web-1")
    assert [tickets.take(token, frozenset(Purpose), NOW) for token in tokens] == [None] * 4 and len(tickets) == 0


def test_what_has_expired_takes_no_room(tickets) -> None:
    for number in range(3_000):
        tickets.issue(ticket(str(number)), Purpose.SESSION, NOW + number + 1, NOW + number)
    assert len(tickets) == 1


def test_a_portal_has_its_bound_and_the_others_are_not_touched() -> None:
    tickets = Tickets(secrets.token_hex, most=2)
    for name in "ab":
        tickets.issue(ticket(name), Purpose.SESSION, NOW + 1_000, NOW)
    with pytest.raises(TooManyTickets):
        tickets.issue(ticket("c"), Purpose.SESSION, NOW + 1_000, NOW)
    tickets.issue(ticket("d", "other"), Purpose.SESSION, NOW + 1_000, NOW)
    tickets.issue(ticket("c"), Purpose.SESSION, NOW + 2_000, NOW + 1_000)  # by then the first are over


def test_tokens_are_not_kept_nor_shown_and_not_to_be_guessed(tickets) -> None:
    token = tickets.issue(ticket(), Purpose.SESSION, NOW + 1_000, NOW)
    assert len(token) * 4 >= 128 and token not in repr(vars(tickets))
    assert "4711" not in repr(ticket())
    assert len({tickets.name() for _ in range(1_000)}) == 1_000


# ---------------------------------------------------------------- pages and relays


def test_the_page_itself_then_the_longest_beginning() -> None:
    rules = {name: PageRule(queue=name) for name in ("/", "/shop/*", "/shop/cart*", "/shop/buy", "/find?q=x", "/*")}
    portal = Portal(("https://shop.test",), rules)
    found = {page: rule_for(portal, page) for page in ("/", "/shop/buy", "/shop/buy?a=1", "/shop/cart/2", "/shop/x",
                                                       "/find?q=x", "/find?q=y#z", "/else")}  # fmt: skip
    assert [rule.queue for rule in found.values() if rule is not None] == [
        "/", "/shop/buy", "/shop/buy", "/shop/cart*", "/shop/*", "/find?q=x", "/*", "/*",
    ]  # fmt: skip
    assert rule_for(Portal(("https://shop.test",), {"/a": PageRule(queue="q")}), "/b") is None


def test_a_relay_computes_the_same_login() -> None:
    """The last one as ``printf %s USER | openssl dgst -sha1 -hmac secret -binary | base64`` says it."""
    user, password = turn_login("north", "sip:1@help.test", NOW)
    assert user == f"{NOW // 1_000}:sip:1@help.test"
    assert password == turn_login("north", "sip:1@help.test", NOW)[1] != turn_login("south", "sip:1@help.test", NOW)[1]
    assert turn_login("secret", "mbzrxpgjys", 1_414_954_800_000) == (
        "1414954800:mbzrxpgjys",
        "X3WpggnyB2juGENyw4py/ux0ZIk=",
    )


def test_who_has_no_relay_is_told_of_none() -> None:
    assert ice_servers(Gateway(), "", "x", NOW) == []
    gateway = Gateway(stun=("stun:a",), turn=("turn:b", "turns:b"))
    stun, turn = ice_servers(gateway, "north", "x", NOW)
    assert stun == {"urls": ["stun:a"]} and turn["urls"] == ["turn:b", "turns:b"]
    assert str(turn["username"]).startswith(f"{(NOW + gateway.turn_lasts) // 1_000}:")
    assert list(itertools.chain(stun, turn)) == ["urls", "urls", "username", "credential"]


def test_a_resume_token_is_ours_or_nothing() -> None:
    resumes, resume = Resumes(b"k" * 32), Resume("web-1", "shop", "sip:1@help.test", 1)
    token = resumes.make(resume)
    assert resumes.read(token) == resume and Resumes(b"x" * 32).read(token) is None
    for forged in (token[:-1], f"A{token[1:]}", token + "AAAA", "", "é", "~" * 99, resumes.make(resume)[::-1]):
        assert resumes.read(forged) is None


def test_the_signing_key_is_made_once_and_for_us_only(tmp_path) -> None:
    path = tmp_path / "cordpair.db.web-key"
    key = signing_key(path)
    assert signing_key(path) == key and path.stat().st_mode & 0o777 == 0o600
    path.write_text("beef")
    with pytest.raises(ConfigurationError, match="no key"):
        signing_key(path)
