"""Scheduled reports reach a mail server and a webhook: at least once, whatever happens between."""

import asyncio
import base64
import csv
import hashlib
import hmac
import io
import ssl
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult
from prometheus_client import CollectorRegistry

from cordpair.config.reports import Schedule
from cordpair.errors import ConfigurationError
from cordpair.reports import Policy
from cordpair.reports.clerk import Gone
from cordpair.reports.days import zone_of
from cordpair.reports.deliveries import Hook
from cordpair.reports.patience import TooSlow
from cordpair.reports.sending import Mailbox, Plan, due_before, send, sending
from cordpair.reports.sending import sender as sender_module
from cordpair.reports.sending.mail import Outcome, letter
from cordpair.reports.sending.sender import Mark
from cordpair.store import Store, StoreError
from cordpair.testing import ManualClock
from reports.receivers import listener, make_certificate, postbox

NOON = 1_763_726_400_000  # 2025-11-21T12:00Z
KEY = b"0123456789abcdef"
DAILY = Schedule("day", "06:00", by=("queue",), to=("team@example.com", "boss@example.com"), webhook="x")
BODY = b"queue,offered\r\nsales,3\r\n"


class Teller:
    """Tells the same report each time; or has gone for a while."""

    def __init__(self, gone: int = 0, error: Exception | None = None) -> None:
        self.live = SimpleNamespace(zone=zone_of("UTC"), policy=Policy())
        self.registry = CollectorRegistry()
        self.asked: list = []
        self.gone, self.error = gone, error

    async def ask(self, question) -> bytes:
        self.asked.append(question.asked)
        if self.error is not None:
            raise self.error
        if self.gone:
            self.gone -= 1
            raise Gone("gone")
        return BODY


def Clerk(**options: Any) -> Any:
    """In the place of the one that counts."""
    return Teller(**options)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Tries follow each other at once."""
    monkeypatch.setattr(sender_module, "FIRST_S", 0.01)
    monkeypatch.setattr("cordpair.reports.deliveries.FIRST_S", 0.01)


@pytest.fixture
async def store(tmp_path):
    opened = await Store.open(tmp_path / "store.db")
    yield opened
    await opened.close()


async def mark(store, due: int, *went: str, name: str = "daily") -> None:
    await store.bookmarks.put(f"report {name}", msgspec.json.encode(Mark(due, went)))


async def marked(store, name: str = "daily") -> Mark:
    return msgspec.json.decode(await store.bookmarks.get(f"report {name}"), type=Mark)


async def until_marked(store, due: int) -> None:
    async with asyncio.timeout(20):
        while (await marked(store)).due != due:
            await asyncio.sleep(0.01)  # sleep: the store says nothing by itself


def plan(box=None, hook=None, schedule: Schedule = DAILY) -> Plan:
    mailbox = Mailbox("127.0.0.1", box.port, "off", "cordpair@example.com") if box is not None else None
    return Plan("daily", schedule, Hook(hook.url, KEY) if hook is not None else None, mailbox)


async def test_by_mail_and_to_a_webhook(store):
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 86_400_000)
    async with postbox() as box, listener() as hook:
        async with sending([plan(box, hook)], Clerk(), store, ManualClock(NOON)):
            await until_marked(store, due)
        (letter,) = box.letters
        assert letter["Subject"] == "Report daily: 2025-11-20" and letter["To"] == "team@example.com, boss@example.com"
        (attachment,) = letter.iter_attachments()
        assert attachment.get_filename() == "cordpair-2025-11-20-2025-11-20.csv"
        assert next(csv.DictReader(io.StringIO(attachment.get_content()))) == {"queue": "sales", "offered": "3"}
        ((headers, body),) = hook.requests
        assert body == BODY and headers["Content-Type"].startswith("text/csv")
        assert headers["webhook-id"] == "report-daily-20251121T0600Z"
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"


async def test_what_was_missed_is_sent_and_nothing_twice(store):
    """Three days without an engine; then a restart in the midst of it."""
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 3 * 86_400_000, "mail")
    clerk = Clerk()
    async with postbox() as box, listener() as hook:
        async with sending([plan(box, hook)], clerk, store, ManualClock(NOON)):
            await until_marked(store, due)
        assert [asked.first.isoformat() for asked in clerk.asked] == ["2025-11-18", "2025-11-19", "2025-11-20"]
        assert len(hook.requests) == 3 and len({headers["webhook-id"] for headers, _ in hook.requests}) == 3
        assert len(box.letters) == 2  # the first had gone by mail already
        async with sending([plan(box, hook)], Clerk(), store, ManualClock(NOON)):
            pass
        assert len(hook.requests) == 3 and len(box.letters) == 2


async def test_too_many_were_missed(store, caplog):
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 100 * 86_400_000)
    clerk = Clerk()
    async with listener() as hook:
        async with sending([plan(hook=hook)], clerk, store, ManualClock(NOON)):
            await until_marked(store, due)
        assert len(hook.requests) == 31 and clerk.asked[-1].first.isoformat() == "2025-11-20"
    assert "100 were missed" in caplog.text


async def test_who_refuses_is_asked_again(store, caplog):
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 86_400_000)
    async with postbox() as box, listener(refusals=2) as hook:
        box.open = False
        async with sending([plan(box, hook)], Clerk(gone=1), store, ManualClock(NOON)):
            async with asyncio.timeout(20):
                await box.tried.wait()
                assert not hook.requests and (await marked(store)).went == ()
                box.open = True
            await until_marked(store, due)
        assert len(hook.requests) == 3
        assert sorted(to for letter in box.envelopes for to in letter) == sorted(DAILY.to)  # each has it once
    assert "example.com" not in caplog.text and "127.0.0.1" not in caplog.text
    assert "of the addresses (451)" in caplog.text


async def test_an_address_that_there_is_not_is_given_up(store, caplog):
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 86_400_000)
    async with postbox() as box:
        box.unknown = {"boss@example.com"}
        async with sending([plan(box)], Clerk(), store, ManualClock(NOON)):
            await until_marked(store, due)
        assert box.envelopes == [["team@example.com"]]
    assert "refused 1 of the addresses (550); it is given up" in caplog.text


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it is there from the first byte on
@pytest.mark.parametrize("how", ["tls", "starttls"])
async def test_over_tls_with_a_password(how, tmp_path, monkeypatch):
    """A server that our certificates do not vouch for gets neither password nor report."""
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    signed_in: list[bytes] = []

    def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
        signed_in.append(data.password)
        return AuthResult(success=True)

    options: dict = {"authenticator": authenticate, "auth_required": True}
    if how == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    else:
        options |= {"auth_require_tls": False}
    async with postbox(over=context if how == "tls" else None, **options) as box:
        mailbox = Mailbox("localhost", box.port, how, "cordpair@example.com", "cordpair", "a secret")
        message = letter(mailbox, ["team@example.com"], "s", "t", NOON, "id")
        refused = await send(mailbox, message, ["team@example.com"])
        assert refused.why and refused.again and not signed_in and not box.letters
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert await send(mailbox, message, ["team@example.com"]) == Outcome()
        assert signed_in == [b"a secret"] and len(box.letters) == 1


async def test_killed_between_the_two_ways(store):
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 86_400_000)
    async with postbox() as box, listener(refusals=1 << 30) as hook:
        async with sending([plan(box, hook)], Clerk(), store, ManualClock(NOON)):
            async with asyncio.timeout(20):
                while (await marked(store)).went != ("mail",):
                    await asyncio.sleep(0.01)  # sleep: the store says nothing by itself
        hook.refusals = 0
        async with sending([plan(box, hook)], Clerk(), store, ManualClock(NOON)):
            await until_marked(store, due)
        assert len(box.letters) == 1 and hook.came.is_set()


async def test_a_report_that_cannot_be_made_does_not_stop_the_next(store, caplog):
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 2 * 86_400_000)
    async with listener() as hook:
        clerk = Clerk(error=ConfigurationError("by: makes 30000 lines"))
        async with sending([plan(hook=hook)], clerk, store, ManualClock(NOON)):
            await until_marked(store, due)
        assert not hook.requests and len(clerk.asked) == 2
    assert "cannot be made: by: makes 30000 lines" in caplog.text


async def test_a_new_schedule_begins_now(store):
    async with listener() as hook:
        async with sending([plan(hook=hook)], Clerk(), store, ManualClock(NOON)):
            async with asyncio.timeout(20):
                while await store.bookmarks.get("report daily") is None:
                    await asyncio.sleep(0.01)  # sleep: the store says nothing by itself
        assert (await marked(store)).due == NOON and not hook.requests


@pytest.mark.parametrize("which", ["get", "put"])
async def test_a_store_that_fails_for_a_moment_ends_no_schedule(store, monkeypatch, which, caplog):
    """Nor is what went sent again."""
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 86_400_000)
    failures, real = iter([StoreError("full"), StoreError("full")]), getattr(store.bookmarks, which)

    async def failing(*given):
        task = asyncio.current_task()
        if task is not None and task.get_name() == "report daily" and (error := next(failures, None)) is not None:
            raise error
        return await real(*given)

    async with listener() as hook:
        with monkeypatch.context() as patched:
            patched.setattr(type(store.bookmarks), which, lambda self, *given: failing(*given))
            async with sending([plan(hook=hook)], Clerk(), store, ManualClock(NOON)):
                await until_marked(store, due)
        assert len(hook.requests) == 1
    assert caplog.text.count("report daily: full; it is tried again") == 2


async def test_a_report_that_takes_too_long_is_asked_for_ever_more_seldom(store, monkeypatch):
    due = due_before(DAILY, zone_of("UTC"), NOON)
    await mark(store, due - 86_400_000)
    waits: list[float] = []
    clock, clerk, sleep = (
        ManualClock(NOON),
        Clerk(error=TooSlow("to: takes too long; ask for fewer days")),
        asyncio.sleep,
    )

    async def noted(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 4:
            clerk.error = None
        await sleep(0)

    async with listener() as hook:
        with monkeypatch.context() as patched:
            patched.setattr(sender_module, "FIRST_S", 200.0)
            patched.setattr(sender_module, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": noted}))
            async with sending([plan(hook=hook)], clerk, store, clock), asyncio.timeout(20):
                await hook.came.wait()
        assert waits[:4] == [200.0, 400.0, 600.0, 600.0]
