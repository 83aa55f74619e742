"""What an Asterisk is given by ``cordpair provision``: the shipped files, and beside them what the configuration says.

``cordpair.d`` is written here; what is the operator's is in ``cordpair.d/own``, which each of its files reads last.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from cordpair.errors import ConfigurationError
from cordpair.pbx.provisioning import (
    DoorPlan,
    PeerPlan,
    Plan,
    Reloaded,
    Text,
    TrunkPlan,
    harmless,
    host_of,
    shipped,
)
from cordpair_asterisk.reloading import reload

SOURCE = Path(__file__).parents[2] / "dialplans" / "asterisk"
LOCAL = "cordpair.d"
OWN = f"{LOCAL}/own"
# Every distribution has its own, which knows its paths and its country; ours is better than none.
DISTRIBUTION = {"asterisk.conf", "indications.conf"}
PEER_MODULES = ("app_dial.so", "app_stack.so", "func_pjsip_endpoint.so")
REFER_MODULES = ("res_pjsip_refer.so",)
WEB_MODULES = ("res_pjsip_transport_websocket.so", "res_srtp.so")
REGISTRATION_MODULES = ("res_pjsip_outbound_authenticator_digest.so", "res_pjsip_outbound_registration.so")


class AsteriskProvisioner:
    directory = "/etc/asterisk"
    own = OWN
    # Also of a file that somebody else wrote, which is shown as a conflict.
    secrets = re.compile(r"(?i)([\s;]*[\w-]*(?:password(?!_format)|secret|md5_cred|match_header)[\w-]*\s*=>?\s*)\S.*$")

    def files(self, plan: Plan) -> Mapping[str, Text]:
        texts = {path: Text(text, once=path in DISTRIBUTION) for path, text in shipped(__package__, SOURCE).items()}
        for name, lines in local(plan).items():
            text = "\n".join([*lines, f'#tryinclude "{OWN}/{name}.conf"', ""])
            texts[f"{LOCAL}/{name}.conf"] = Text(text, secret=name in {"ari", "pjsip"})
        return texts

    async def reload(self, plan: Plan, url: str, changed: Mapping[str, str]) -> Reloaded:
        return await reload(plan.node, url, changed)


def local(plan: Plan) -> dict[str, list[str]]:
    """The lines of each file of ``cordpair.d``. Pure."""
    return {
        "ari": _ari(plan),
        "extensions": [],
        "globals": [f"CP_APP = cordpair-{plan.cell}"],
        "http": _http(plan),
        "modules": [f"load = {module}" for module in modules(plan)],
        "musiconhold": [],
        "pjsip": _pjsip(plan),
        "rtp": ["icesupport = yes"] if plan.door is not None else [],
    }


def modules(plan: Plan) -> tuple[str, ...]:
    """Beside those that are loaded always."""
    return (
        *(PEER_MODULES if plan.peers else ()),
        *(REFER_MODULES if plan.refers else ()),
        *(WEB_MODULES if plan.door is not None else ()),
        *(REGISTRATION_MODULES if any(trunk.registration is not None for trunk in plan.trunks) else ()),
    )


def _ari(plan: Plan) -> list[str]:
    """Plain: Asterisk checks it on each request, and a hash costs more than the call (docs/decisions/0040)."""
    password = _value(plan.password, f"pbx.{plan.node}.password")
    return [f"[{plan.user}]", "type = user", "password_format = plain", f"password = {password}", ""]


def _http(plan: Plan) -> list[str]:
    """Where the engine finds ARI, Asterisk listens. With TLS it is a proxy that the engine finds."""
    if plan.scheme.endswith("+aris"):
        return []
    lines = ["[general](+)", f"bindport = {plan.port or 8088}"]
    try:
        ipaddress.ip_address(plan.host)
    except ValueError:
        return lines  # a name: Asterisk is not told which of its addresses that is
    return [*lines, f"bindaddr = {plan.host}"]


def _pjsip(plan: Plan) -> list[str]:
    lines: list[str] = []
    for trunk in plan.trunks:
        lines += _trunk(trunk)
    for peer in plan.peers:
        lines += _peer(peer)
    if plan.door is not None:
        lines += _door(plan.door, f"pbx.{plan.node}.door.key")
    return lines


def _trunk(trunk: TrunkPlan) -> list[str]:
    name, key = trunk.name, f"trunks.{trunk.name}"
    lines = [f"[{name}](cordpair-trunk)", f"allow = !all,{','.join(trunk.codecs)}", f"dtmf_mode = {trunk.dtmf}"]
    if trunk.caller_id_from == "pai":
        lines.append("trust_id_inbound = yes")
    elif trunk.caller_id_from == "rpid":
        lines.append("set_var = CP_CALLER_FROM=rpid")
    login = trunk.registration
    if login is not None:
        lines += [f"outbound_auth = {name}", f"from_user = {login.user}"]
    there = trunk.addresses[0]
    out = bool(trunk.options_s) or trunk.dialled  # nobody is called, nor asked anything, without need
    if out:
        lines += [
            f"aors = {name}",
            f"[{name}](cordpair-trunk-aor)",
            f"contact = sip:{there}",
            f"qualify_frequency = {trunk.options_s}",
        ]
    lines += [f"[{name}](cordpair-trunk-address)", f"endpoint = {name}"]
    lines += [f"match = {host}" for host in dict.fromkeys(map(host_of, trunk.addresses))]
    if login is not None:
        lines += [
            f"[{name}](cordpair-trunk-auth)",
            f"username = {login.user}",
            f"password = {_value(login.password, f'{key}.register.password')}",
            f"[{name}](cordpair-trunk-registration)",
            f"outbound_auth = {name}",
            f"server_uri = sip:{there}",
            f"client_uri = sip:{login.user}@{there}",
            f"contact_user = {login.user}",
        ]
    return [*lines, ""]


def _peer(peer: PeerPlan) -> list[str]:
    return [
        f"[{peer.name}](cordpair-peer)",
        f"aors = {peer.name}",
        f"[{peer.name}](cordpair-peer-aor)",
        f"contact = sip:{peer.address}",
        f"[{peer.name}](cordpair-peer-address)",
        f"endpoint = {peer.name}",
        f"match = {host_of(peer.address)}",
        "",
    ]


def _door(door: DoorPlan, key: str) -> list[str]:
    lines = ["[cordpair-web-transport](cordpair-web)", ""]
    if not door.key:
        return lines  # agents' phones only: without a key no customer comes in
    return [
        *lines,
        "[cordpair-door](cordpair-web-caller)",
        "[cordpair-door](cordpair-web-key)",
        "endpoint = cordpair-door",
        f"match_header = X-Cordpair-Door: {_value(door.key, key)}",
        "",
    ]


def _value(value: str, key: str) -> str:
    """As it stands after ``=``: a semicolon would begin a comment."""
    value = harmless(value, key)
    if value.endswith("\\") or "\\;" in value:
        raise ConfigurationError(f"{key}: Asterisk cannot be given a backslash there.")
    return value.replace(";", "\\;")


provisioner = AsteriskProvisioner()

__all__ = ["AsteriskProvisioner", "local", "modules", "provisioner"]
