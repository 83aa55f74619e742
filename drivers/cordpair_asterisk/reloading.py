"""Having a running Asterisk read its files again, over ARI. What it cannot be told there needs a restart."""

import re
from collections.abc import Mapping

from cordpair.ids import NodeId
from cordpair.pbx import Refused
from cordpair.pbx.provisioning import Reloaded
from cordpair_asterisk.client import NOT_FOUND, OK, AriClient
from cordpair_asterisk.config import parse

# Which module reads which file; one that is not here is read at the start only.
READERS = {
    "ari.conf": ("res_ari.so",),
    "extensions.conf": ("pbx_config.so",),
    "globals.conf": ("pbx_config.so",),
    "musiconhold.conf": ("res_musiconhold.so",),
    "pjsip.conf": ("res_pjsip.so", "res_pjsip_outbound_registration.so"),
    "rtp.conf": ("res_rtp_asterisk.so",),
}
# SIP first, so that a trunk is known before the dialplan that its calls meet; the way in that we are using last.
ORDER = ("res_rtp_asterisk.so", "res_musiconhold.so", "res_pjsip.so", "res_pjsip_outbound_registration.so")
_LOAD = re.compile(r"(?m)^load = (\S+\.so)$")
_TRANSPORT = "[cordpair-web-transport]"


async def reload(node: NodeId, url: str, changed: Mapping[str, str]) -> Reloaded:
    """Load the modules that are new, then have each file read again by the module that reads it. Calls stay."""
    settings = parse(node, url)
    client = AriClient(settings, f"cordpair-provision-{node}")
    try:
        await client.connect()
        return await _reload(client, changed)
    finally:
        await client.close()


async def _reload(client: AriClient, changed: Mapping[str, str]) -> Reloaded:
    done, left = [], []
    for module in _LOAD.findall(changed.get("cordpair.d/modules.conf", "")):
        if not await client.exists(f"asterisk/modules/{module}"):
            try:
                await client.request("POST", f"asterisk/modules/{module}", f"load {module}")
                done.append(f"{module} loaded")
            except Refused:
                left.append(f"{module} could not be loaded: is it installed? Then restart Asterisk")
    readers: dict[str, None] = {}
    for path in changed:
        found = READERS.get(path.rpartition("/")[2])
        if found is not None:
            readers |= dict.fromkeys(found)
        elif path != "cordpair.d/modules.conf":
            left.append(f"{path} is read when Asterisk starts")
    for module in sorted(readers, key=lambda name: (name not in ORDER, name == "res_ari.so", name)):
        what = f"reload {module}"
        reply = await client.request("PUT", f"asterisk/modules/{module}", what, accept=(NOT_FOUND, 409))
        if OK <= reply.status < 300:
            done.append(f"{module} reloaded")
        elif module in ORDER[:3]:
            left.append(f"{module} is not loaded: its file is read when Asterisk starts")
    return Reloaded(tuple(done), tuple(left))


__all__ = ["READERS", "reload"]
