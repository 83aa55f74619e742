"""The run directory of one FreeSWITCH lab: `dialplans/freeswitch`, unchanged, and the operator's files beside it."""

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab import sounds
from lab.render import TRUNK, TRUNK_ADDRESS, Agent

SHIPPED = Path(__file__).resolve().parents[2] / "dialplans" / "freeswitch"
PEER, PEER_ADDRESS = "peer", "127.0.0.3"
ENGINE = "engine@cordpair-engine"
# What FreeSWITCH would otherwise look for beside its binary.
FOLDERS = (
    *("log", "db", "run", "recordings", "storage", "cache", "sounds", "scripts", "certs", "temp", "htdocs", "grammar"),
    "conf/cordpair.d",
)


@dataclass(frozen=True)
class Ports:
    esl: int
    phones: int
    trunks: int
    door: int
    door_ws: int
    browsers: int
    browsers_ws: int
    rtp_first: int
    rtp_last: int


@dataclass(frozen=True)
class Settings:
    """What is particular to one lab."""

    ports: Ports
    agents: Sequence[Agent]
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    engine_password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    app: str = "cordpair-main"
    wait_seconds: int = 60
    qualify: int = 10
    """Seconds between two questions to a phone whether it is there."""
    peer_address: str = ""
    peers: Mapping[str, str] = field(default_factory=dict)
    """Trunks to other switches (name → host:port), spoken from ``peer_address``."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """More text for a local file, by its name without `.xml`: `{"modules": '<load module="mod_callcenter"/>'}`."""


def run_directory(directory: Path, settings: Settings) -> None:
    for name in FOLDERS:
        (directory / name).mkdir(parents=True, exist_ok=True)
    shutil.copytree(SHIPPED, directory / "conf", dirs_exist_ok=True, ignore=shutil.ignore_patterns("README.md"))
    files = local(directory, settings)
    if settings.peers:
        files["peers"] += "".join(_peer(name, there) for name, there in settings.peers.items())
        files["sip_profiles"] = _peers_profile(settings)
    for name, text in settings.extra.items():
        files[name] = f"{files.get(name, '')}\n{text}\n"
    for name, text in files.items():
        (directory / "conf/cordpair.d" / f"{name}.xml").write_text(text)
    sounds.write(directory, wav=True)


def local(directory: Path, settings: Settings) -> dict[str, str]:
    ports = settings.ports
    variables = {
        "cp_app": settings.app,
        "cp_wait_seconds": settings.wait_seconds,
        "cp_sip_ip": "127.0.0.1",
        "cp_rtp_ip": "127.0.0.1",
        "cp_phones_port": ports.phones,
        "cp_trunks_port": ports.trunks,
        "cp_door_port": ports.door,
        "cp_door_ws_port": ports.door_ws,
        "cp_browsers_port": ports.browsers,
        "cp_browsers_ws_port": ports.browsers_ws,
        "cp_esl_port": ports.esl,
        "cp_rtp_first": ports.rtp_first,
        "cp_rtp_last": ports.rtp_last,
        "cp_ping_seconds": settings.qualify,
        "cp_answer_ms": 2000,
        # SIPp sends no audio.
        "cp_media_timeout": 0,
        "cp_media_hold_timeout": 0,
        "cp_music": directory / "moh",
    }
    return {
        "vars": "".join(f'<X-PRE-PROCESS cmd="set" data="{name}={value}"/>\n' for name, value in variables.items()),
        "event_socket": f'<param name="password" value="{settings.password}"/>\n',
        "agents": "".join(_user(agent.number, "password", agent.password) for agent in settings.agents),
        "trunks": f'<user id="{TRUNK}" cidr="{TRUNK_ADDRESS}/32"/>\n',
        "peers": f'<user id="{PEER}" cidr="{PEER_ADDRESS}/32"/>\n',
        "engine": _user(ENGINE.partition("@")[0], "esl-password", settings.engine_password),
    }


def _peer(name: str, there: str) -> str:
    return f'<user id="{name}" cidr="{there.partition(":")[0]}/32"/>\n'


def _peers_profile(settings: Settings) -> str:
    """A profile of its own: on loopback every switch has its own address, from which it must speak."""
    gateways = "".join(
        f'<gateway name="{name}"><param name="proxy" value="{there}"/><param name="register" value="false"/>'
        '<param name="caller-id-in-from" value="true"/></gateway>\n'
        for name, there in settings.peers.items()
    )
    params = {
        "sip-ip": settings.peer_address,
        "rtp-ip": settings.peer_address,
        "sip-port": settings.ports.trunks,
        "dialplan": "XML",
        "context": "cordpair-peer",
        "auth-calls": "false",
        "apply-inbound-acl": "cordpair-peers",
        "disable-register": "true",
        "inbound-codec-prefs": "PCMA,PCMU",
        "outbound-codec-prefs": "PCMA,PCMU",
        "rtp-timer-name": "soft",
        "enable-timer": "false",
    }
    written = "".join(f'<param name="{name}" value="{value}"/>\n' for name, value in params.items())
    return (
        f'<profile name="lab-peers">\n<gateways>\n{gateways}</gateways>\n<settings>\n{written}</settings>\n</profile>\n'
    )


def _user(name: str, param: str, value: str) -> str:
    return f'<user id="{name}"><params><param name="{param}" value="{value}"/></params></user>\n'
