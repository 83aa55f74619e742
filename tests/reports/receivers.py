"""Who receives scheduled reports: a real SMTP server, a web server that may refuse."""

import asyncio
import email
import email.policy
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

from aiohttp import web
from aiosmtpd.smtp import SMTP


class Postbox:
    """Takes mail, once it is ``open``."""

    def __init__(self) -> None:
        self.open = True
        self.unknown: set[str] = set()
        self.letters: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []  # for whom each was taken
        self.tried = asyncio.Event()
        self.came = asyncio.Event()
        self.port = 0

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        self.tried.set()
        if not self.open:
            return "451 come again"
        if address in self.unknown:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append(list(envelope.rcpt_tos))
        self.came.set()
        return "250 OK"


@asynccontextmanager
async def postbox(over: ssl.SSLContext | None = None, **options) -> AsyncIterator[Postbox]:
    """``over``: TLS from the first byte on."""
    box = Postbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="mail.test", enable_SMTPUTF8=True, **options), "127.0.0.1", 0, ssl=over
    )
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


class Listener:
    """Takes what is posted, after so many refusals."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.came = asyncio.Event()
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        if self.refusals > 0:
            self.refusals -= 1
            return web.Response(status=503)
        self.came.set()
        return web.Response(status=204)


@asynccontextmanager
async def listener(refusals: int = 0) -> AsyncIterator[Listener]:
    found = Listener(refusals)
    app = web.Application()
    app.router.add_post("/in", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/in"
    try:
        yield found
    finally:
        await runner.cleanup()


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """Of localhost, signed by itself; and its key."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
