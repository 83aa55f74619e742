"""What FreeSWITCH makes of values: the model of it that the commands are tested with, checked on a real one."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cordpair_freeswitch.esl import NotCarried, commands
from freeswitch_driver import switch_strings as switch
from lab.event_socket import EventSocket
from lab.freeswitch import FreeSwitchLab

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

LEG = "5b1c2d7e-0000-4000-8000-0242ac110002"
PIECES = [
    *"\r\n\t ;{}[]<>'\"\\,=|&$^:_()%nstra1é",
    "\U0001f600",
    ":_:",
    "^^",
    "^^:",
    "''",
    "\\s",
    "\\,",
    "undef",
    "%0a",
]
PIECES += [
    "&park()",
    "{a=b}",
    "\n\napi hupall\n\n",
    "Content-Length: 9",
    "%[a=b]",
    "\\\\",
    "\\'",
    "ARRAY::",
    "${x}",
    "$x",
]
UNDEFINED = "_undef_"


def values(count: int, seed: int = 7) -> list[str]:
    dice = random.Random(seed)
    return ["".join(dice.choices(PIECES, k=dice.randint(0, 7))) for _ in range(count)]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def leg() -> AsyncIterator[EventSocket]:
    """A switch with a parked leg that is nobody's; what is shipped loads neither of these modules."""
    modules = {"modules": '<load module="mod_loopback"/><load module="mod_expr"/>'}
    async with FreeSwitchLab(agents=1, extra=modules) as lab:
        console = await lab.event_socket()
        assert (await console.api("originate", f"{{origination_uuid={LEG}}}null/x", "&park()")).startswith("+OK")
        yield console
        await console.close()


async def has(console: EventSocket, leg: str, variable: str) -> str:
    return await console.command(commands.api("uuid_getvar", leg, variable))


async def becomes(console: EventSocket, variable: str, before: str) -> str:
    """What an application that was asked for makes of it."""
    async with asyncio.timeout(10):
        while (value := await has(console, LEG, variable)) == before:
            await asyncio.sleep(0.005)  # sleep: no event tells of a variable
    return value


async def test_a_quoted_value_is_given_back(leg):
    carried = 0
    for value in values(400):
        try:
            command = commands.api("uuid_setvar", LEG, "cp_x", commands.quoted(value))
        except NotCarried:
            continue
        assert (await leg.command(command)).startswith("+OK")
        assert await has(leg, LEG, "cp_x") == (value or UNDEFINED), repr(value)
        carried += 1
    assert carried > 200


async def test_several_quoted_values_are_given_back(leg):
    carried = 0
    for one, other in zip(values(200, seed=11), values(200, seed=12), strict=True):
        variables = {"cp_x": one, "cp_y": other, "cp_z": "last"}
        try:
            command = commands.api("uuid_setvar_multi", LEG, commands.pairs(variables))
        except NotCarried:
            continue
        assert (await leg.command(command)).startswith("+OK")
        for variable, value in variables.items():
            assert await has(leg, LEG, variable) == (value or UNDEFINED), repr(value)
        carried += 1
    assert carried > 100


async def test_the_model_takes_text_apart_as_freeswitch_does(leg):
    """Anything, not quoted at all: what the model says, or what it calls out."""
    compared = 0
    for value in values(400, seed=8):
        text = value.replace("\r", "").replace("\n", "").replace("${", "$")
        line = f"api uuid_setvar {LEG} cp_x {text}"
        try:
            _, variable, expected = switch.setvar(switch.api(f"{line}\n\n".encode())[1])
        except AssertionError:
            continue
        await leg.command(f"{line}\n\n".encode())
        assert variable == "cp_x"
        assert await has(leg, LEG, "cp_x") == (expected or UNDEFINED), repr(text)
        compared += 1
    assert compared > 200


async def test_variables_of_an_originate_are_given_back_and_nothing_else_is_made(leg):
    carried = 0
    for number, (one, other) in enumerate(zip(values(150, seed=9), values(150, seed=10), strict=True)):
        uuid = f"5b1c2d7e-0000-4000-8000-{number:012d}"
        variables = {"origination_uuid": uuid, "cp_a": one, "cp_b": other, "cp_last": "last"}
        try:
            command = commands.api("originate", commands.braces(variables) + "null/x", "&park()")
        except NotCarried:
            continue
        assert (await leg.command(command)) == f"+OK {uuid}\n"
        for variable in ("cp_a", "cp_b", "cp_last"):
            assert await has(leg, uuid, variable) == (variables[variable] or UNDEFINED), (variable, one, other)
        assert (await leg.api("uuid_kill", uuid)).startswith("+OK")
        carried += 1
    assert carried > 20
    assert await leg.api("uuid_exists", LEG) == "true"  # no value was a command


async def test_a_variable_that_is_code_would_be_run(leg):
    """Why ``${`` is refused: what is stored is expanded again by whatever reads it."""
    await leg.command(f"api uuid_setvar {LEG} cp_code ${{expr(1+1)}}\n\n".encode())
    assert await has(leg, LEG, "cp_code") == "${expr(1+1)}"
    reading = commands.encode(f"sendmsg {LEG}", {"call-command": "execute", "execute-app-name": "set"}).rstrip(b"\n")
    body = b"cp_read=${cp_code}"
    await leg.command(reading + b"\ncontent-type: text/plain\ncontent-length: %d\n\n" % len(body) + body)
    # What is shipped lets no variable run a function; it was asked for all the same.
    assert await becomes(leg, "cp_read", UNDEFINED) in {"<API Execute Permission Denied>", "2"}


async def test_an_argument_of_an_application_is_given_back(leg):
    for value in values(60, seed=11):
        argument = f"cp_y={value}" if value.strip() else "cp_y=x"
        try:
            command = commands.execute(LEG, "set", argument)
        except NotCarried:
            continue
        if "\r" in value or value.startswith("ARRAY::"):
            continue
        await leg.command(commands.api("uuid_setvar", LEG, "cp_y", "before"))
        await leg.command(command)
        assert await becomes(leg, "cp_y", "before") == (value if value.strip() else "x"), repr(value)
