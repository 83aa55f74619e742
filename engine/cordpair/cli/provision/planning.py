"""From the configuration to what one PBX is to know. Pure, but for secrets, which come in ready."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from cordpair.config import Config
from cordpair.config.model import Secret
from cordpair.config.trunks import SipTrunk, settled
from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair.pbx.provisioning import DoorPlan, PeerPlan, Plan, Registration, TrunkPlan

Resolve = Callable[[Secret, str], str]  # and the key that names it


def plan_of(config: Config, node: str, resolve: Resolve) -> Plan:
    """``config`` was checked. Raises ConfigurationError naming the key that is missing."""
    pbx = config.pbx[node]
    url = urlsplit(pbx.url)
    if pbx.password is None:
        raise ConfigurationError(
            f'pbx.{node}.password is missing; write {{ file = "secrets/{node}" }}: it is made then.'
        )
    return Plan(
        node=NodeId(node),
        cell=config.cell.name,
        scheme=url.scheme,
        host=url.hostname or "",
        port=url.port,
        user=unquote(url.username or ""),
        password=resolve(pbx.password, f"pbx.{node}.password"),
        trunks=tuple(
            _trunk(config, node, name, trunk, resolve)
            for name, trunk in config.trunks.items()
            if trunk.node in (None, node)
        ),
        peers=tuple(PeerPlan(name, _address(config, node, peer)) for peer, name in pbx.peers.items()),
        door=_door(config, node, resolve),
        refers=any(each.address is not None for name, each in config.pbx.items() if name != node),
    )


def _trunk(config: Config, node: str, name: str, trunk: SipTrunk, resolve: Resolve) -> TrunkPlan:
    counts, out = settled(trunk), config.calls.trunks.get(node)
    login = trunk.register
    return TrunkPlan(
        name=name,
        addresses=trunk.addresses,
        caller_id_from=counts.caller_id_from,
        codecs=counts.codecs,
        dtmf=counts.dtmf,
        options_s=-(-counts.options // 1_000),
        dialled=out is not None and out.dial.partition("@")[2] == name,
        registration=Registration(login.user, resolve(login.password, f"trunks.{name}.register.password"))
        if login is not None
        else None,
    )


def _address(config: Config, node: str, peer: str) -> str:
    address = config.pbx[peer].address
    if address is None:
        raise ConfigurationError(f"pbx.{peer}.address is missing: pbx.{node} has a trunk there (peers).")
    return address


def _door(config: Config, node: str, resolve: Resolve) -> DoorPlan | None:
    door = config.pbx[node].door
    if door is None:
        return None
    key = resolve(door.key, f"pbx.{node}.door.key") if door.key is not None else ""
    return DoorPlan(door.url, door.phones_url or door.url, key)


__all__ = ["Resolve", "plan_of"]
