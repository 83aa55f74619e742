"""The run directory of one lab: what `dialplans/asterisk` ships, unchanged, and the local files beside it.

The shipped files take what is particular to a machine from `cordpair.d/`; the lab writes only that, so what
the tests run is what an operator installs.
"""

import secrets
import shutil
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cordpair.testing.sipp import Account
from lab import sounds
from lab.tree import Tree

SHIPPED = Path(__file__).resolve().parents[2] / "dialplans" / "asterisk"
TRUNK = "trunk"
# Callers have an address of their own, as a carrier has: the trunk is recognised by it, exactly as in
# production. All of 127/8 is this machine.
TRUNK_ADDRESS = "127.0.0.2"
PHONE_ADDRESS = "127.0.0.1"
ARI_USER = "cordpair"
PEER_MODULES = "load = app_dial.so\nload = app_stack.so\nload = func_pjsip_endpoint.so\nload = res_pjsip_refer.so\n"
# Files that every distribution ships and that say nothing here; without them Asterisk complains.
STOCK = {
    **dict.fromkeys(("ccss", "cel", "features", "udptl"), "[general]\n"),
    **dict.fromkeys(("acl", "pjproject", "websocket_client"), ""),
}


Agent = Account  # of an agent's phone


@dataclass(frozen=True)
class Ports:
    http: int
    sip: int
    rtp_first: int
    rtp_last: int


@dataclass(frozen=True)
class Settings:
    """What is particular to one lab."""

    ports: Ports
    agents: Sequence[Agent]
    ari_password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    app: str = "cordpair-main"
    wait_tries: int = 240
    qualify: int = 10
    """Seconds between two questions to a phone whether it is there; 0 asks never."""
    peer_address: str = ""
    """This Asterisk's own address towards other PBXs; theirs is how it knows them. Empty: it has no trunk to any."""
    peers: Mapping[str, str] = field(default_factory=dict)
    """Trunks to other PBXs: name → their `host:port`."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """More text for a local file, by its name without `.conf`: `{"modules": "load = app_dial.so"}`."""


def run_directory(directory: Path, inside: Path, tree: Tree, settings: Settings) -> None:
    """Fill the directory; `inside` is its path as Asterisk sees it."""
    for name in ("etc/cordpair.d", "var", "spool/recording", "log", "run", "data/sounds", "data/moh"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    for shipped in SHIPPED.glob("*.conf"):
        shutil.copy(shipped, directory / "etc" / shipped.name)
    for name, text in STOCK.items():
        (directory / "etc" / f"{name}.conf").write_text(text)
    options = (SHIPPED / "asterisk.conf").read_text()
    (directory / "etc/asterisk.conf").write_text(_directories(inside, tree) + options)
    local = _local(tree, settings)
    for name, text in settings.extra.items():
        local[name] = f"{local.get(name, '')}\n{text}\n"
    for name, text in local.items():
        (directory / "etc/cordpair.d" / f"{name}.conf").write_text(text)
    # Asterisk looks these names up for calls; where nothing answers, each look-up stalls it for seconds.
    (directory / "hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()} A.ROOT-SERVERS.NET\n")
    _data(directory / "data", tree)


def _directories(inside: Path, tree: Tree) -> str:
    return f"""[directories]
astetcdir = {inside}/etc
astmoddir = {tree.modules}
astvarlibdir = {inside}/var
astdbdir = {inside}/var
astkeydir = {inside}/var
astdatadir = {inside}/data
astagidir = {inside}/data/agi-bin
astspooldir = {inside}/spool
astrundir = {inside}/run
astlogdir = {inside}/log
astcachedir = {inside}/var

"""


def _data(data: Path, tree: Tree) -> None:
    """Own sounds and music; documentation (Asterisk needs it to start) and standard sounds from the tree."""
    sounds.write(data)
    for name in ("documentation", "rest-api"):
        if tree.inside(tree.data / name).exists():
            _link(data / name, tree.data / name)
    if tree.inside(tree.data / "sounds/en").exists():
        _link(data / "sounds/en", tree.data / "sounds/en")


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _local(tree: Tree, settings: Settings) -> dict[str, str]:
    ports = settings.ports
    return {
        "http": f"[general](+)\nbindport = {ports.http}\n",
        "rtp": f"rtpstart = {ports.rtp_first}\nrtpend = {ports.rtp_last}\n",
        "globals": f"CP_APP = {settings.app}\nCP_WAIT_TRIES = {settings.wait_tries}\n",
        "ari": f"[{ARI_USER}]\ntype = user\npassword_format = plain\npassword = {settings.ari_password}\n",
        "pjsip": _pjsip(settings),
        **({"modules": PEER_MODULES} if settings.peers else {}),
    }


def _pjsip(settings: Settings) -> str:
    parts = [f"[cordpair-udp](+)\nbind = 127.0.0.1:{settings.ports.sip}\n"]
    # SIPp sends no audio, and registers from another socket than the one that takes the calls.
    quiet = "rtp_timeout = 0\nrtp_timeout_hold = 0\n"
    parts += [
        f"[{agent.number}](cordpair-agent)\nauth = {agent.number}\naors = {agent.number}\n"
        f"rewrite_contact = no\n{quiet}"
        f"[{agent.number}](cordpair-agent-auth)\nusername = {agent.number}\npassword = {agent.password}\n"
        f"[{agent.number}](cordpair-agent-aor)\nqualify_frequency = {settings.qualify}\n"
        for agent in settings.agents
    ]
    parts.append(
        f"[{TRUNK}](cordpair-trunk)\n{quiet}"
        f"[{TRUNK}](cordpair-trunk-address)\nendpoint = {TRUNK}\nmatch = {TRUNK_ADDRESS}\n"
    )
    if settings.peers:
        address = f"{settings.peer_address}:{settings.ports.sip}"
        parts.append(f"[lab-peers]\ntype = transport\nprotocol = udp\nbind = {address}\n")
    for name, there in settings.peers.items():
        parts.append(
            f"[{name}](cordpair-peer)\ntransport = lab-peers\naors = {name}\n"
            # Where it listens: else it names the address of the host's name, and hears nobody.
            f"media_address = {settings.peer_address}\n"
            f"[{name}](cordpair-peer-aor)\ncontact = sip:{there}\n"
            f"[{name}](cordpair-peer-address)\nendpoint = {name}\nmatch = {there.partition(':')[0]}\n"
        )
    return "\n".join(parts)
