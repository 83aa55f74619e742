"""What browsers need to find a way for sound: STUN, and TURN with logins that expire (the coturn REST convention)."""

import base64
import hashlib
import hmac

from cordpair.config.model import Gateway

IceServer = dict[str, str | list[str]]


def turn_login(secret: str, identity: str, until_ms: int) -> tuple[str, str]:
    """User and password; the relay computes the same from the secret that it shares with us."""
    user = f"{until_ms // 1_000}:{identity}"
    # SHA-1 is what every relay implements; as an HMAC of a secret key it is not broken.
    digest = hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()
    return user, base64.b64encode(digest).decode()


def ice_servers(
    gateway: Gateway, secret: str, identity: str, now_ms: int, lasts_ms: int | None = None
) -> list[IceServer]:
    """``lasts_ms``: of the login; None: as configured."""
    servers: list[IceServer] = [{"urls": list(gateway.stun)}] if gateway.stun else []
    if gateway.turn and secret:
        user, password = turn_login(secret, identity, now_ms + (lasts_ms or gateway.turn_lasts))
        servers.append({"urls": list(gateway.turn), "username": user, "credential": password})
    return servers


__all__ = ["IceServer", "ice_servers", "turn_login"]
