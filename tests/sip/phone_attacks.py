"""The toll-fraud matrix of an agent's phone: what somebody with its token, and its password, may try."""

from typing import NamedTuple

from cordpair.sip import Reason
from sip.frames import SDP, Frame

HOST = "help.test"
OWN, OTHER = f"sip:eve-web@{HOST}", f"sip:101@{HOST}"
CODE = f"sip:011@{HOST}"
REGISTER = Frame(
    method="REGISTER", uri=f"sip:{HOST}", sender=OWN, to=OWN, body="", call_id="attack", more=("Expires: 600",)
)
INVITE = Frame(uri=CODE, sender=OWN, call_id="attack")


def digest(user: str, uri: str = f"sip:{HOST}") -> str:
    return (
        f'Authorization: Digest username="{user}", realm="asterisk", nonce="1", uri="{uri}", '
        'response="0123456789abcdef0123456789abcdef", algorithm=MD5'
    )


class PhoneAttack(NamedTuple):
    name: str
    reason: Reason
    frame: Frame


def _registers(name: str, reason: Reason = Reason.REGISTRATION, **changes) -> PhoneAttack:
    return PhoneAttack(f"REGISTER {name}", reason, REGISTER.but(**changes))


def _calls(name: str, reason: Reason = Reason.DESTINATION, **changes) -> PhoneAttack:
    return PhoneAttack(f"INVITE {name}", reason, INVITE.but(**changes))


def _with(frame: Frame, *lines: str) -> tuple[str, ...]:
    return (*frame.more, *lines)


PHONE_ATTACKS = [
    _registers("of another account", to=OTHER),
    _registers("from another account", sender=OTHER),
    _registers("as another account", sender=OTHER, to=OTHER),
    _registers("with another's password", Reason.CREDENTIALS, more=_with(REGISTER, digest("101"))),
    _registers("with a proof for elsewhere", Reason.CREDENTIALS, more=_with(REGISTER, digest("eve-web", CODE))),
    _registers("somewhere else", uri="sip:192.0.2.1"),
    _registers("at an address", uri=OTHER),
    _registers("that removes everything, for later", contact="*"),
    _registers("of two places", Reason.VALUE, contact="<sip:a@b.invalid>, <sip:0900@192.0.2.1>"),
    _registers("by another way", Reason.HEADER, more=_with(REGISTER, "Path: <sip:192.0.2.1;lr>")),
    _registers("with a session", body=SDP),
    _calls("to the world", uri=f"sip:0900123456@{HOST}"),
    _calls("to the world with a plus", uri=f"sip:+1900123456@{HOST}"),
    _calls("to a colleague", uri=OTHER),
    _calls("to itself", uri=OWN),
    _calls("to the customers' entry", uri=f"sip:help@{HOST}"),
    _calls("to a longer code", uri=f"sip:0110900123@{HOST}"),
    _calls("to a code elsewhere", uri="sip:011@192.0.2.1"),
    _calls("to a code at another port", uri=f"sip:011@{HOST}:5061"),
    _calls("to nobody", uri=f"sip:{HOST}"),
    _calls("as a telephone number", Reason.URI, uri="tel:+1900123456"),
    _calls("whose To is another", to=f"sip:0900123@{HOST}"),
    _calls("from another", Reason.FROM, sender=OTHER),
    _calls("with another's password", Reason.CREDENTIALS, more=(digest("101", CODE),)),
    _calls("with a context", Reason.HEADER, more=("X-Context-Id: web-1",)),
    _calls("with the door's key", Reason.HEADER, more=("X-Cordpair-Door: guess",)),
    _calls("in another's place", Reason.HEADER, more=("Replaces: call-1;to-tag=a;from-tag=b",)),
    _calls("by another way", Reason.HEADER, more=("Route: <sip:192.0.2.1;lr>",)),
    *(
        PhoneAttack(f"{method} out of a call", reason, INVITE.but(method=method, body=""))
        for method, reason in {
            "REFER": Reason.METHOD, "MESSAGE": Reason.METHOD, "SUBSCRIBE": Reason.METHOD, "PUBLISH": Reason.METHOD,
            "NOTIFY": Reason.METHOD, "OPTIONS": Reason.DIALOG, "INFO": Reason.DIALOG, "UPDATE": Reason.DIALOG,
            "BYE": Reason.DIALOG, "CANCEL": Reason.DIALOG,
        }.items()
    ),
]  # fmt: skip

__all__ = ["CODE", "HOST", "OTHER", "OWN", "PHONE_ATTACKS", "PhoneAttack"]
