"""Resume tokens: who lost the connection shows one, and has the place again; also when the engine was restarted
meanwhile. So nothing is kept of them but the key that signs them. Pure."""

import base64
import binascii
import hashlib
import hmac

import msgspec

DIGEST = 24  # bytes


class Resume(msgspec.Struct, frozen=True, array_like=True):
    """``number``: each contact's tokens are counted, and only the newest is good."""

    context_id: str
    portal: str
    identity: str
    number: int


class Resumes:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, resume: Resume) -> str:
        body = msgspec.json.encode(resume)
        return base64.urlsafe_b64encode(self._sign(body) + body).decode().rstrip("=")

    def read(self, token: str) -> Resume | None:
        """None for what is not ours."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        signature, body = raw[:DIGEST], raw[DIGEST:]
        if not hmac.compare_digest(signature, self._sign(body)):
            return None
        return msgspec.json.decode(body, type=Resume)

    def _sign(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, digest_size=DIGEST, key=self._key, person=b"resume").digest()


__all__ = ["Resume", "Resumes"]
