"""A real Asterisk with what its README says for browsers, and the engine with its gateway on it, in this process."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from cordpair.acd.causes import SeatStatus
from cordpair.ids import AgentId, SeatId
from cordpair.pbx import make_driver
from cordpair_gateway.desk import PhoneAccount
from cordpair_gateway.part import PHONES
from gateway.browsers import NODE, Web, served
from lab.asterisk import WEB_MODULES, AsteriskLab
from lab.door import Relay
from lab.web_phone import WebPhone

EVE, OWN = AgentId("eve"), "https://help.test"
SEAT = SeatId("eve-web")
KEY, OWN_PASSWORD = secrets.token_hex(16), secrets.token_hex(16)
EXTRA = {
    "pjsip": f"""
[cordpair-web-transport](cordpair-web)
[cordpair-door](cordpair-web-caller)
[cordpair-door](cordpair-web-key)
endpoint = cordpair-door
match_header = X-Cordpair-Door: {KEY}
[eve-own](cordpair-browser)
auth = eve-own
aors = eve-own
[eve-own](cordpair-agent-auth)
username = eve-own
password = {OWN_PASSWORD}
[eve-own](cordpair-browser-aor)
""",
    "modules": WEB_MODULES,
    "rtp": "icesupport = yes",
}
CENTRE = """
[pbx.n1]
url = "asterisk+ari://cordpair@127.0.0.1:1/"
password = {{ env = "UNUSED" }}
door = {{ url = "{url}", key = {{ file = "door-key" }} }}
[queues.help]
offer_timeout = "10s"
[seats.101]
endpoint = "101"
[seats.eve-web]
endpoint = "eve-web"
browser = true
[agents.eve]
seat = "eve-web"
queues = {{ help = {{}} }}
[gateway]
url = "https://help.test"
grace = "2s"
[portals.shop]
origins = ["https://shop.test"]
pages = {{ "/*" = {{ queue = "help" }} }}
"""


@asynccontextmanager
async def web_on(lab: AsteriskLab, hop: Relay, directory: Path, *, written: bool = False) -> AsyncIterator[Web]:
    """Nothing of a test is left on the Asterisk. ``written``: the phone is the one in pjsip.conf."""
    (directory / "door-key").write_text(KEY)
    text = CENTRE.format(url=hop.url)
    if written:
        (directory / "phones").mkdir()
        (directory / "phones/eve-own").write_text(OWN_PASSWORD)
        text = text.replace('endpoint = "eve-web"', 'endpoint = "eve-own"')
        text = text.replace("door = {", 'door = { passwords = "phones",')
    async with served(directory, text, lab, lambda seats: make_driver(NODE, lab.url, "main", seats)) as running:
        yield running
        await running.app[PHONES].remove(EVE)
        assert await lab.until_empty() == (0, 0)


class Phones:
    """Those of one test; closed after it."""

    def __init__(self, web: Web, stack: AsyncExitStack) -> None:
        self._web, self._stack = web, stack

    async def __call__(self, account: PhoneAccount | None = None) -> WebPhone:
        """Connected, with a new account unless one is given."""
        given = account or await self._web.app[PHONES].issue(EVE)
        assert given is not None
        shown = {"url": given.url, "uri": given.uri, "password": given.password}
        phone = await WebPhone.open(shown, OWN, self._web.url)
        self._stack.push_async_callback(phone.close)
        return phone


async def seen(web: Web, status: SeatStatus) -> None:
    await web.until(lambda state: state.seats[SEAT].status.get(NODE) is status)


__all__ = ["CENTRE", "EVE", "EXTRA", "KEY", "OWN", "SEAT", "Phones", "seen", "web_on"]
