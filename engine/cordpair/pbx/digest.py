"""What proves a phone's password to a PBX that does not have it (RFC 2617: HA1). Pure."""

import hashlib

# Of every account that the engine makes, on every PBX: a digest is good for one realm only, and the password, of which
# it could be made for another, is nobody's any more but the phone's.
REALM = "cordpair"


def ha1(user: str, password: str) -> str:
    """For ``user`` in REALM, as 32 hexadecimal digits. Who has it can register, so it is a secret, too."""
    return hashlib.md5(f"{user}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


__all__ = ["REALM", "ha1"]
