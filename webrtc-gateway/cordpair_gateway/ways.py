"""From the door to the PBXs: into the one in this process, or to another's own SIP WebSocket."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cordpair.config.model import Config
from cordpair.config.secrets import resolve_secret
from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair.pbx import Driver, HasSipSwitch
from cordpair.sip import CallLock, Doorway, Lock
from cordpair_gateway.door import InProcessUpstream, NoPbx, Way, WebSocketUpstream

KEY_HEADER = "X-Cordpair-Door"  # by which an Asterisk knows our INVITEs


class Ways:
    """By the lock: a customer's call goes to the PBX's door, an agent's phone to where phones register."""

    def __init__(self, calls: Mapping[str, Way], phones: Mapping[str, Way]) -> None:
        self._calls, self._phones = calls, phones

    def __call__(self, lock: Lock) -> Way:
        found = (self._calls if isinstance(lock, CallLock) else self._phones).get(lock.node)
        if found is None:
            raise NoPbx(f"there is no way from browsers to node {lock.node}")
        return found


def ways_to(needed: Iterable[NodeId], config: Config, driver: Callable[[NodeId], Driver], directory: Path) -> Ways:
    """To every PBX that has a way in for browsers. Raises ConfigurationError where one that is needed has none."""
    calls, phones = {}, {}
    for name in config.pbx:
        both = _to(NodeId(name), config, driver(NodeId(name)), directory)
        if both is not None:
            calls[name], phones[name] = both
    for node in needed:
        if node not in calls:
            raise ConfigurationError(
                f'pbx.{node}.door.url is missing: where its SIP WebSocket is, such as "ws://127.0.0.1:8088/ws".'
            )
    return Ways(calls, phones)


def _to(node: NodeId, config: Config, driver: Driver, directory: Path) -> tuple[Way, Way] | None:
    """For calls, and for phones."""
    if isinstance(driver, HasSipSwitch):
        way = Way(InProcessUpstream(driver.sip_switch()))
        return way, way
    door = config.pbx[node].door
    if door is None:
        return None
    headers = {}
    if door.key is not None:
        headers[KEY_HEADER] = resolve_secret(door.key, f"pbx.{node}.door.key", os.environ, directory)
    call = Way(WebSocketUpstream(door.url), Doorway(headers=headers))
    return call, Way(WebSocketUpstream(door.phones_url or door.url))


__all__ = ["KEY_HEADER", "Ways", "ways_to"]
