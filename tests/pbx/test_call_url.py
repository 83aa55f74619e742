"""The whitepaper's URL on a real PBX: what reaches it of a request, and what does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from api.processes import new_key
from cordpair.testing.people import BUSY
from lab.asterisk import AsteriskLab
from lab.freeswitch import FreeSwitchLab
from pbx.test_placed_calls import CALLER_ID, CENTRE, Call, placing

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]
Lab = Callable[..., AsteriskLab | FreeSwitchLab]

# The whitepaper's number is a digit short of one that there is: its pattern allows it.
NUMBERS = """numbers = {{ region = "DE", internal = ["93200900"], rules = {{
  national = {{ form = "national", prefix = "9" }} }} }}""".replace("\n ", "")
WITH_URL = CENTRE.replace('numbers = {{ region = "DE" }}', NUMBERS) + '[adapters.call_url]\nonce_within = "2s"\n'
SNEAKED = "\r\nAction: Originate\r\nChannel: PJSIP/9000\r\nApplication: System\r\nData: reboot\r\n\r\n"


async def get(made: Call, key: str, **fields: str) -> tuple[int, str]:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    url = f"{made.api.url}/remote/call.php?{query}&key={key}"
    async with made.api.http.get(url, headers={"Authorization": ""}) as answer:
        return answer.status, await answer.text()


async def test_the_link_rings_the_extension_and_then_the_number(tmp_path: Path, lab_of: Lab) -> None:
    async with placing(tmp_path, lab_of, WITH_URL) as made:
        key = await new_key(made.engine.file, "--role", "dial", "--name", "crm")
        src = made.agent.removeprefix("a")
        status, call = await get(made, key, src=src, dst="93200900")
        assert status == 200
        voices = frozenset({str(made.phone.voice)}), frozenset({str(made.carrier.voice)})
        await made.until(lambda: (made.carrier.heard(), made.phone.heard()) == voices)
        assert made.carrier.dialled == "93200900", "its $desti lost the number"
        assert made.carrier.shows[0] == CALLER_ID
        assert await get(made, key, src=src, dst="93200900") == (200, call), "the same link, in the same moment"
        told = await get(made, key, call=call.strip(), wait="5")
        assert told == (200, f"{call.strip()} connected answered answered\n")
        made.phone.hang_up()
        await made.engine.until(lambda state: not state.legs and not state.contacts, 5)
        assert (made.phone.rung, made.carrier.rung) == (1, 1)


async def test_prefixes_are_ours_and_nothing_else_passes(tmp_path: Path, lab_of: Lab) -> None:
    async with placing(tmp_path, lab_of, WITH_URL) as made:
        key = await new_key(made.engine.file, "--role", "dial", "--name", "crm")
        src = made.agent.removeprefix("a")
        hostile: list[dict[str, Any]] = [
            {"src": src + SNEAKED, "dst": "93200900"},
            {"src": src, "dst": "93200900" + SNEAKED},
            {"src": src, "dst": "93200900@9000"},
            {"src": src, "dst": "93200900&PJSIP/9000"},
            {"src": f"PJSIP/{src}", "dst": "93200900"},
            {"src": src, "dst": "${SHELL(reboot)}"},
            {"src": src, "dst": "112"},
        ]
        for fields in hostile:
            status, text = await get(made, key, **fields)
            assert (status, "reboot" in text) == (400, False), fields
        assert (made.phone.rung, made.carrier.rung) == (0, 0)
        made.carrier.does = BUSY
        status, call = await get(made, key, src=src, dst="+49 (0)30 / 12 34 56")
        assert await get(made, key, call=call.strip(), wait="15") == (200, f"{call.strip()} ended answered busy\n")
        assert made.carrier.dialled == "9030123456"
