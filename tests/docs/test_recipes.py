"""What the pages for portals and CRMs have readers write works against an engine that was just started."""

import json
import re
import textwrap
from pathlib import Path

from docs.page_blocks import blocks
from docs.reader import reader
from lab.process import free_port

ROOT = Path(__file__).parents[2]
CENTRE = """
[pbx.trial]
url = "loopback:"
[http]
listen = "127.0.0.1:8080"
[queues.support]
[queues.mails]
medium = "mail"
[seats.101]
endpoint = "101"
[agents.anna]
seat = "101"
queues = { support = {}, mails = {} }
capacity = { voice = 1, mail = 2 }
[gateway]
url = "http://127.0.0.1:8080"
[portals.shop]
origins = ["https://shop.example.com"]
pages = { "/*" = { queue = "support" } }
"""
PAGE = f"""
```toml title="cordpair.toml"
{CENTRE}```

<!-- test: runs on, until "link up" -->
```console
$ cordpair serve
```
"""
PORTAL_KEY = """
```sh
export CORDPAIR_KEY="$(cordpair keys add --role portal --portal shop --name "the shop's server")"
export KEY="$(cordpair keys add --role supervisor --name crm)"
```
"""


def page(name: str) -> str:
    return (ROOT / "docs/how-to" / name).read_text(encoding="utf-8")


async def test_a_portals_server_gets_a_ticket_and_a_crm_brings_its_work(tmp_path: Path) -> None:
    (code,) = re.findall(r"^ *```python\n(.*?)^ *```", page("portal.md"), re.MULTILINE | re.DOTALL)
    code = textwrap.dedent(code).replace("https://help.example.com", "http://127.0.0.1:8080")
    code += 'print(json.dumps(ticket({"page": "/checkout", "media": "audio"}, "c-4711", {"order": "A-17"})))\n'
    (task,) = (
        block.body for block in blocks(page("crm.md")) if not hasattr(block, "command") and block.language == "sh"
    )
    written = f'```python title="ask.py"\n{code}```\n```console\n$ python3 ask.py > ticket.json\n```\n'
    sent = f"```console\n$ {task.strip()} > task.json\n```\n"
    async with reader(tmp_path, {":8080": f":{free_port()}"}) as somebody:
        await somebody.read(PAGE + PORTAL_KEY + written + sent)
    ticket = json.loads((tmp_path / "ticket.json").read_text())
    assert {"ticket", "session_token", "session_url", "place", "wait", "expires_at"} <= set(ticket)
    assert ticket["place"] == 1
    assert json.loads((tmp_path / "task.json").read_text())["state"] == "waiting"
