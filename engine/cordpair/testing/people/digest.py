"""The answer to a digest challenge (RFC 2617; SHA-256 as in RFC 8760)."""

import hashlib
import re
import secrets

from cordpair.testing.people.messages import Message

HASHES = {"md5": hashlib.md5, "sha-256": hashlib.sha256}
FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')
CHALLENGES = {401: ("www-authenticate", "authorization"), 407: ("proxy-authenticate", "proxy-authorization")}


def proof(reply: Message, method: str, target: str, name: str, password: str) -> tuple[str, str] | None:
    """The header that answers a 401 or 407; None when there is no challenge that can be answered."""
    if reply.status not in CHALLENGES:
        return None
    asked, answer = CHALLENGES[reply.status]
    for challenge in reply.all(asked):
        values = {found[1].lower(): found[2] or found[3] or "" for found in FIELD.finditer(challenge)}
        algorithm = values.get("algorithm", "MD5")
        if algorithm.lower() in HASHES and {"realm", "nonce"} <= values.keys():
            return answer, _answer(values, algorithm, (method, target), (name, password))
    return None


def is_stale(reply: Message) -> bool:
    """The password may be right: only the nonce is too old."""
    return any(re.search(r'stale="?true', value, re.IGNORECASE) for value in reply.all(CHALLENGES[reply.status][0]))


def _answer(values: dict[str, str], algorithm: str, request: tuple[str, str], account: tuple[str, str]) -> str:
    def hashed(*parts: str) -> str:
        return HASHES[algorithm.lower()](":".join(parts).encode()).hexdigest()

    (method, target), (name, password) = request, account
    with_qop = "auth" in re.split(r"[,\s]+", values.get("qop", ""))
    count, own = "00000001", secrets.token_hex(8)
    middle = (values["nonce"], count, own, "auth") if with_qop else (values["nonce"],)
    response = hashed(hashed(name, values["realm"], password), *middle, hashed(method, target))
    text = (
        f'Digest username="{name}", realm="{values["realm"]}", nonce="{values["nonce"]}", uri="{target}", '
        f'response="{response}", algorithm={algorithm}'
    )
    if "opaque" in values:
        text += f', opaque="{values["opaque"]}"'
    return text + (f', qop=auth, nc={count}, cnonce="{own}"' if with_qop else "")


__all__ = ["is_stale", "proof"]
