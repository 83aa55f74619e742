"""What a FreeSWITCH is given by ``cordpair provision``: the shipped files, and beside them what the configuration says.

``cordpair.d`` is written here; what is the operator's is in ``cordpair.d/own``, which each of its files reads last.
"""

import contextlib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from cordpair.errors import ConfigurationError
from cordpair.pbx.provisioning import Plan, Reloaded, Text, TrunkPlan, harmless, host_of, shipped
from cordpair_freeswitch.reloading import reload
from cordpair_freeswitch.stamps import app_of

SOURCE = Path(__file__).parents[2] / "dialplans" / "freeswitch"
LOCAL = "cordpair.d"
OWN = f"{LOCAL}/own"
CODECS = {"alaw": "PCMA", "ulaw": "PCMU", "g722": "G722", "opus": "OPUS"}
SECRET = {"engine", "event_socket", "gateways"}
# Read by the shipped files, and nothing of ours to say in them.
EMPTY = (
    "acl-engine", "agents", "browsers", "conference", "dialplan", "door", "fallback", "local_stream", "modules",
    "phones", "sip_profiles", "switch", "trunks-profile",
)  # fmt: skip


class FreeSwitchProvisioner:
    directory = "/etc/freeswitch"
    own = OWN
    # Also of a file that somebody else wrote, which is shown as a conflict.
    secrets = re.compile(
        r'(?i)(.*(?:name="[\w-]*(?:password|secret|a1-hash)[\w-]*"\s+value=|data="[\w-]*(?:password|secret)[\w-]*=)).+$'
    )

    def files(self, plan: Plan) -> Mapping[str, Text]:
        texts = {path: Text(text) for path, text in shipped(__package__, SOURCE).items()}
        for name, lines in local(plan).items():
            text = "\n".join([*lines, f'<X-PRE-PROCESS cmd="include" data="own/{name}.xml"/>', ""])
            texts[f"{LOCAL}/{name}.xml"] = Text(text, secret=name in SECRET)
        return texts

    async def reload(self, plan: Plan, url: str, changed: Mapping[str, str]) -> Reloaded:
        return await reload(plan.node, url, changed)


def local(plan: Plan) -> dict[str, list[str]]:
    """The lines of each file of ``cordpair.d``. Pure."""
    password = _value(plan.password, f"pbx.{plan.node}.password")
    account, at = plan.user.partition("@")[0], f"pbx.{plan.node}.peers"
    return {
        **{name: [] for name in EMPTY},
        "engine": [_user(account, param("esl-password", password))] if account else [],
        "event_socket": [] if account else [param("password", password)],
        "gateways": [line for trunk in plan.trunks for line in _gateway(trunk)]
        + [line for peer in plan.peers for line in gateway(peer.name, peer.address, {})],
        "peers": [f'<user id="{each.name}" cidr="{_network(each.address, at)}"/>' for each in plan.peers],
        "trunks": [_trunk(trunk) for trunk in plan.trunks],
        "vars": [f'<X-PRE-PROCESS cmd="set" data="{name}={value}"/>' for name, value in _variables(plan).items()],
    }


def _variables(plan: Plan) -> dict[str, str]:
    found = {"cp_app": app_of(plan.cell), "cp_esl_port": str(plan.port or 8021)}
    with contextlib.suppress(ValueError):  # of a name, FreeSWITCH is not told which of its addresses that is
        found["cp_esl_ip"] = str(ipaddress.ip_address(plan.host))
    if plan.door is not None:
        door, browsers = urlsplit(plan.door.url).port, urlsplit(plan.door.phones_url).port
        if door is not None and plan.door.url.startswith("ws:"):
            found["cp_door_ws_port"] = str(door)
        if browsers is not None and browsers != door and plan.door.phones_url.startswith("ws:"):
            found["cp_browsers_ws_port"] = str(browsers)
    return found


def _user(name: str, params: str) -> str:
    return f"<user id={_quoted(name)}><params>{params}</params></user>"


def param(name: str, value: str) -> str:
    return f'<param name="{name}" value={_quoted(value)}/>'


def _quoted(value: str) -> str:
    return f'"{escape(value, {chr(34): "&quot;"})}"'


def _trunk(trunk: TrunkPlan) -> str:
    """Its calls are known by their address; whose number counts is said with it."""
    networks = ",".join(dict.fromkeys(_network(each, f"trunks.{trunk.name}.addresses") for each in trunk.addresses))
    variable = f'<variable name="cp_caller_from" value="{trunk.caller_id_from}"/>'
    return f'<user id="{trunk.name}" cidr="{networks}"><variables>{variable}</variables></user>'


def _network(address: str, key: str) -> str:
    host = host_of(address)
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        raise ConfigurationError(f"{key}: FreeSWITCH knows a trunk by IP addresses only, not as {host!r}.") from None
    return f"{found}/{found.max_prefixlen}"


def _gateway(trunk: TrunkPlan) -> list[str]:
    """Nobody is called, nor asked anything, without need."""
    login = trunk.registration
    if login is None and not trunk.options_s and not trunk.dialled:
        return []
    params: dict[str, str] = {}
    if trunk.options_s:
        params |= {"ping": str(max(5, trunk.options_s)), "ping-min": "1", "ping-max": "1"}
    if login is not None:
        password = _value(login.password, f"trunks.{trunk.name}.register.password")
        params |= {"username": login.user, "password": password, "retry-seconds": "30", "register": "true"}
    params["extension"] = "auto_to_user"
    codecs = ",".join(CODECS[codec] for codec in trunk.codecs)
    return gateway(trunk.name, trunk.addresses[0], params, absolute_codec_string=codecs)


def gateway(name: str, proxy: str, params: Mapping[str, str], **variables: str) -> list[str]:
    wanted = {"proxy": proxy, "register": "false", "caller-id-in-from": "true", **params}
    spoken = [
        f'<variable name="{each}" value="{value}" direction="outbound"/>' for each, value in variables.items() if value
    ]
    return [
        f'<gateway name="{name}">',
        *(param(each, value) for each, value in wanted.items()),
        *(["<variables>", *spoken, "</variables>"] if spoken else []),
        "</gateway>",
    ]


def _value(value: str, key: str) -> str:
    """FreeSWITCH expands what begins with a dollar, wherever it stands, and drops a line with ``<include>``."""
    if "$" in harmless(value, key):
        raise ConfigurationError(f"{key}: FreeSWITCH cannot be given a dollar sign there.")
    return value


provisioner = FreeSwitchProvisioner()

__all__ = ["FreeSwitchProvisioner", "gateway", "local", "provisioner"]
