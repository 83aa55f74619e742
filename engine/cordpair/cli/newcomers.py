"""``cordpair agents add``, ``remove`` and ``phone``: an agent joins in one step; their phone's settings.

The running engine does it, for it is what has to know the agent.
"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import aiohttp
import typer

from cordpair.cli.asking import ask
from cordpair.cli.failures import errors, fail, output, reports_errors
from cordpair.cli.settings import read_settings
from cordpair.softphones import FORMATS, qr_text

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration, for where the engine is.")]
Node = Annotated[str | None, typer.Option("--node", help="The PBX that a new phone is on, where there are several.")]
Program = Annotated[
    str | None,
    typer.Option("--program", metavar="NAME", help=f"Write the phone's settings out, for {', '.join(FORMATS)}."),
]
DEFAULT_FILE = Path("cordpair.toml")
NEW = ("browser", "sip")
FETCH_S = 30.0


@reports_errors
def add(  # noqa: PLR0913, PLR0917
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    shown_as: Annotated[str, typer.Option("--shown-as", help="The name that customers and colleagues see.")] = "",
    queue: Annotated[list[str] | None, typer.Option("--queue", help="That they work; may be repeated.")] = None,
    skill: Annotated[
        list[str] | None, typer.Option("--skill", metavar="NAME=LEVEL", help="That they have; may be repeated.")
    ] = None,
    phone: Annotated[
        str | None, typer.Option("--phone", help="browser or sip makes a new one; else the name of a seat.")
    ] = None,
    endpoint: Annotated[str, typer.Option("--endpoint", help="What a new phone registers as.")] = "",
    number: Annotated[
        str | None, typer.Option("--number", help="Dialled after the code to sign in, at any phone.")
    ] = None,
    node: Node = None,
    program: Program = None,
    config: Config = DEFAULT_FILE,
) -> None:
    """Add an agent to the running engine: queues, skills, phone, and a link by which they choose a password."""
    settings = read_settings(config)
    _must_be_known(program)
    seat: Any = {"new": phone, "endpoint": endpoint, "node": node} if phone in NEW else phone
    if phone not in NEW and (endpoint or node or program):
        raise fail("--endpoint, --node and --program go with --phone browser or sip", 2)
    wish = {
        "name": name,
        "shown_as": shown_as,
        "number": number,
        "skills": dict(_level(each) for each in skill or ()),
        "queues": queue or [],
        "seat": seat,
    }
    made = ask(settings, "POST", "/v1/agents", wish, what="agents add")
    at = f" at seat {made['seat']}" if made["seat"] else ""
    say = output if program is None else errors  # what is written out is the settings, then, and nothing else
    say.print(f"{name} is an agent{at}, with revision {made['revision']} of the configuration", highlight=False)
    url = settings.loaded.config.gateway.url
    if made["password"] is not None and url is not None:
        errors.print("For the desk, a link to a password of their own, once, within 24 hours:")
        say.print(url + made["password"]["link"], soft_wrap=True, highlight=False, markup=False)
    if made["phone"] is not None:
        _tell(made["phone"], program)


@reports_errors
def remove(
    name: Annotated[str, typer.Argument(help="The agent, by the name in the configuration.")],
    keep_seat: Annotated[bool, typer.Option("--keep-seat", help="Also when it was made for them.")] = False,
    config: Config = DEFAULT_FILE,
) -> None:
    """Remove an agent, with the phone that was made for them, password, sign-ins and keys."""
    path = f"/v1/agents/{quote(name, safe='')}" + ("?keep_seat=true" if keep_seat else "")
    ask(read_settings(config), "DELETE", path, what="agents remove")
    output.print(f"{name} is no agent any more", highlight=False)


@reports_errors
def phone(
    seat: Annotated[str, typer.Argument(help="The seat, by the name in the configuration.")],
    program: Program = None,
    config: Config = DEFAULT_FILE,
) -> None:
    """Make a new password for the phone of a seat that has `account = true`, and the settings with it.

    The password it had is good until the new settings are fetched.
    """
    _must_be_known(program)
    settings = read_settings(config)
    path = f"/v1/seats/{quote(seat, safe='')}/phone-settings"
    _tell(ask(settings, "POST", path, what="agents phone"), program)


def _tell(phone: dict[str, Any], program: str | None) -> None:
    address = str(phone["address"])
    if program is not None:
        sys.stdout.write(asyncio.run(_fetch(address, program)))
        return
    errors.print("For the phone, an address of its settings, once; for Linphone as a QR code, too:")
    sys.stdout.write(f"{address}\n")
    if sys.stdout.isatty():
        sys.stdout.write(qr_text(address))
    others = " or ".join(f"?program={each}" for each in phone["programs"] if each != "linphone")
    errors.print(f"For other phones write {others} after it.", highlight=False)


async def _fetch(address: str, program: str) -> str:
    timeout = aiohttp.ClientTimeout(total=FETCH_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(address, params={"program": program}) as reply,
        ):
            text = await reply.text()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise fail(f"the settings cannot be fetched: {str(error) or 'too late'}; the address: {address}") from None
    if reply.status != 200:
        raise fail(f"the settings cannot be fetched: {reply.status}")
    return text


def _must_be_known(program: str | None) -> None:
    if program is not None and program not in FORMATS:
        raise fail(f"--program: {program!r} is none of {', '.join(FORMATS)}", 2)


def _level(text: str) -> tuple[str, int]:
    name, equals, level = text.rpartition("=")
    if not equals or not level.isdigit():
        raise fail(f"--skill {text!r}: write NAME=LEVEL, such as german=7", 2)
    return name, int(level)


__all__ = ["add", "phone", "remove"]
