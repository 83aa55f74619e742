"""Having a running FreeSWITCH read its files again, over the Event Socket. Ports and modules need a restart."""

from collections.abc import Mapping

from cordpair.ids import NodeId
from cordpair.pbx.provisioning import Reloaded
from cordpair_freeswitch.api import Api
from cordpair_freeswitch.client import Client
from cordpair_freeswitch.config import parse
from cordpair_freeswitch.legs import CallLegs
from cordpair_freeswitch.looking import may_not

PROFILE = "cordpair-trunks"
ACL = {"cordpair.d/trunks.xml", "cordpair.d/peers.xml", "cordpair.d/acl-engine.xml", "autoload_configs/acl.conf.xml"}
GATEWAYS = "cordpair.d/gateways.xml"
# What is looked up in the XML each time it is needed: reading that again is all.
LIVE = ("dialplan/", "directory/", "cordpair.d/agents.xml", "cordpair.d/dialplan.xml", "cordpair.d/fallback.xml")
LIVE_TOO = {"cordpair.d/trunks.xml", "cordpair.d/peers.xml", "cordpair.d/engine.xml"}


async def reload(node: NodeId, url: str, changed: Mapping[str, str]) -> Reloaded:
    """Calls stay, those over a gateway that is made anew, too."""
    client = Client(parse(node, url))
    try:
        await client.connect()
        return await _reload(Api(client, CallLegs()), changed)
    finally:
        await client.close()


async def _reload(api: Api, changed: Mapping[str, str]) -> Reloaded:
    commands: list[tuple[str, ...]] = [("reloadxml",)]
    if ACL & changed.keys():
        commands.append(("reloadacl",))
    if GATEWAYS in changed:
        # One that is there is not read again: it goes, and comes back as it is written now.
        commands += [("sofia", "profile", PROFILE, "killgw", "_all_"), ("sofia", "profile", PROFILE, "rescan")]
    done, left = [], []
    for command in commands:
        said, reply = " ".join(command), await api.ask(f"reload: {command[0]}", *command)
        if may_not(reply):
            left.append(f"the engine's account may not: fs_cli -x '{said}'")
        elif reply.startswith("-ERR"):
            left.append(f"'{said}' was refused: look at FreeSWITCH's log")
        else:
            done.append(said)
    left += [
        f"{path} is read when FreeSWITCH starts"
        for path in changed
        if not (path.startswith(LIVE) or path in ACL or path in LIVE_TOO or path == GATEWAYS)
    ]
    return Reloaded(tuple(done), tuple(left))


__all__ = ["reload"]
