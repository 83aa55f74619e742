"""A whole centre with browsers on both sides: a real engine in a process of its own, on a PBX, and a web site."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from browser.shop import Shop, shop
from lab.asterisk import WEB_MODULES, AsteriskLab
from lab.freeswitch import FreeSwitchLab
from lab.process import free_port
from pbx.centre import EngineProcess

HOST = "help.localhost"  # "localhost" is a secure context, or browsers would give no microphone
GRACE_S = 12
PASSWORDS = {"ben": secrets.token_urlsafe(12), "ann": secrets.token_urlsafe(12)}

CENTRE = """
[skills]
video = "has a camera"
[reasons.lunch]
[queues.help]
wrap_up = "60s"
offer_timeout = "8s"
dispositions = ["solved", "to be called back"]
pops = [{{ url = "https://crm.example.com/?c={{customer}}", title = "CRM" }}]
[queues.accepted]
web_accept = "desktop"
offer_timeout = "8s"
[queues.first]
web = "call_first"
[queues.second]
[queues.both]
web_accept = "desktop"
strategy = "top_down"
[queues.nobody]
on_no_agent_signed_in = {{ hang_up = "busy" }}
[seats.ben-web]
endpoint = "ben-web"
browser = true
[seats.ann-web]
endpoint = "ann-web"
browser = true
[agents.ben]
shown_as = "Ben Okafor"
seat = "ben-web"
skills = {{ video = 1 }}
queues = {{ help = {{}}, accepted = {{}}, first = {{}}, both = {{}} }}
[agents.ann]
shown_as = "Ann Lee"
seat = "ann-web"
skills = {{ video = 1 }}
queues = {{ second = {{}}, both = {{}} }}
[agents.carla]
queues = {{ nobody = {{}} }}
[misses]
reject_delay = "2s"
miss_delay = "2s"
unreachable_delay = "1s"
[http]
listen = "127.0.0.1:{port}"
[gateway]
url = "http://{host}:{port}"
grace = "{grace}s"
desk_grace = "12s"
call_within = "15s"
[portals.shop]
origins = ["{shop}"]
media = ["audio", "video"]
[portals.shop.pages]
"/*" = {{ queue = "help" }}
"/accepted" = {{ queue = "accepted" }}
"/first" = {{ queue = "first" }}
"/both" = {{ queue = "both" }}
"/nobody" = {{ queue = "nobody" }}
"""


class Embedded:
    """The PBX that is in the engine itself."""

    def __init__(self, url: str = "loopback:") -> None:
        self.url = url

    def log_tail(self, _lines: int = 40) -> str:
        return "(it is in the engine)"


class Centre:
    def __init__(self, kind: str, engine: EngineProcess, shop: Shop, port: int) -> None:
        self.kind, self.engine, self.shop, self.port = kind, engine, shop, port
        self.origin = f"http://{HOST}:{port}"


async def command(directory: Path, *words: str, said: str = "") -> str:
    """What ``cordpair`` writes for these words; ``said``: what it reads."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", *words,
        cwd=directory, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(said.encode())
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


def asterisk(key: str) -> AsteriskLab:
    """With what its README says for web callers."""
    pjsip = f"""
[cordpair-web-transport](cordpair-web)
[cordpair-door](cordpair-web-caller)
[cordpair-door](cordpair-web-key)
endpoint = cordpair-door
match_header = X-Cordpair-Door: {key}
"""
    return AsteriskLab(agents=1, extra={"pjsip": pjsip, "modules": WEB_MODULES, "rtp": "icesupport = yes"})


@asynccontextmanager
async def pbx_of(kind: str, key: str) -> AsyncIterator[tuple[AsteriskLab | FreeSwitchLab | Embedded, str]]:
    """A PBX, and its table ``door`` in the configuration."""
    if kind == "embedded":
        yield Embedded(), ""
    elif kind == "asterisk":
        async with asterisk(key) as lab:
            url = f"ws://127.0.0.1:{lab.settings.ports.http}/ws"
            yield lab, f'[pbx.main.door]\nurl = "{url}"\nkey = {{ file = "door-key" }}\n'
    else:
        async with FreeSwitchLab(agents=1) as switch:
            ports = switch.settings.ports
            calls, phones = f"ws://127.0.0.1:{ports.door_ws}", f"ws://127.0.0.1:{ports.browsers_ws}"
            yield switch, f'[pbx.main.door]\nurl = "{calls}"\nphones_url = "{phones}"\n'


@asynccontextmanager
async def centre(kind: str, directory: Path, configuration: str = CENTRE) -> AsyncIterator[Centre]:
    """``kind``: embedded, asterisk or freeswitch."""
    key, port = secrets.token_hex(16), free_port()
    directory.mkdir(exist_ok=True)
    (directory / "door-key").write_text(key)
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(shop())
        pbx, door = await stack.enter_async_context(pbx_of(kind, key))
        text = door + configuration.format(host=HOST, port=port, grace=GRACE_S, shop=site.origin)
        phones = "" if isinstance(pbx, Embedded) else f'phones = "127.0.0.1:{pbx.sip_port}"\n'
        engine = EngineProcess(pbx, directory, text, more={"main": phones})
        await _people(directory, site)
        await stack.enter_async_context(engine)
        site.gateway, site.api = f"http://{HOST}:{port}", f"http://127.0.0.1:{port}"
        yield Centre(kind, engine, site, port)


async def _people(directory: Path, site: Shop) -> None:
    """The web site's key, and the agents' passwords."""
    file = ("--config", "cordpair.toml")
    site.key = await command(directory, "keys", "add", "--role", "portal", "--portal", "shop", *file)
    for agent, password in PASSWORDS.items():
        await command(directory, "agents", "password", agent, "--stdin", *file, said=password + "\n")


__all__ = ["GRACE_S", "HOST", "PASSWORDS", "Centre", "centre"]
