"""The files that softphones read. Pure.

- ``linphone``: the XML of Linphone's remote provisioning, which it fetches from an address (or a QR code with it).
- ``baresip``: baresip's file ``accounts``.
- ``sheet``: to be typed into any other phone.

A format is here when its program documents it, or reads it in a test. Codes that lead over somebody else's server
(such as ``csc:`` of Groundwire and Zoiper's) are not: the password would be told to them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import escape

from cordpair.softphones.settings import PhoneSettings

EXPIRES_S = 300  # between two registrations: soon enough for a PBX that lost its memory


class Format(NamedTuple):
    """``file``: what it is called where it is kept; ``{user}`` stands for the account."""

    media: str
    file: str
    text: Callable[[PhoneSettings], str]


def render(settings: PhoneSettings, program: str) -> str:
    """Raises KeyError when there is no such format."""
    return FORMATS[program].text(settings)


def _linphone(settings: PhoneSettings) -> str:
    quoted = _shown(settings).replace("\\", "").replace('"', "")
    shown = f'"{quoted}" ' if quoted else ""
    sections = {
        "sip": {"default_proxy": "0"},
        "auth_info_0": {"username": settings.user, "passwd": settings.password, "realm": settings.realm},
        "proxy_0": {
            "reg_proxy": f"<{settings.server}>",
            "reg_identity": f"{shown}<{settings.identity}>",
            "realm": settings.realm,
            "reg_expires": str(EXPIRES_S),
            "reg_sendregister": "1",
            "publish": "0",
        },
        # Once: else it would ask for its settings at each start, and the address is good for one time.
        "misc": {"transient_provisioning": "1"},
    }
    body = "".join(
        f'  <section name="{name}">\n'
        + "".join(
            f'    <entry name="{key}" overwrite="true">{escape(value)}</entry>\n' for key, value in entries.items()
        )
        + "  </section>\n"
        for name, entries in sections.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">\n{body}</config>\n'
    )


def _baresip(settings: PhoneSettings) -> str:
    quoted = "".join(each for each in _shown(settings) if each not in '"\\<>;')
    shown = f'"{quoted}" ' if quoted else ""
    address = f"sip:{settings.user}@{settings.registrar};transport={settings.transport}"
    parameters = {
        "auth_user": settings.user,
        "auth_pass": settings.password,
        "regint": str(EXPIRES_S),
        "answermode": "manual",
        "mwi": "no",
    }
    line = f"{shown}<{address}>" + "".join(f";{key}={value}" for key, value in parameters.items())
    return f"# Written by Cordpair, as ~/.baresip/accounts. The password in it is nowhere else.\n{line}\n"


def _sheet(settings: PhoneSettings) -> str:
    rows = {
        "Name to be shown": _shown(settings) or settings.user,
        "User": settings.user,
        "Password": settings.password,
        "Server": settings.registrar,
        "Transport": settings.transport.upper(),
        "Realm": settings.realm,
        "Register": f"every {EXPIRES_S} seconds",
        "Codecs": "PCMA (G.711a), PCMU (G.711u)",
        "DTMF": "RFC 4733 (RFC 2833)",
    }
    width = max(map(len, rows)) + 2
    return "".join(f"{name + ':':{width}}{value}\n" for name, value in rows.items())


def _shown(settings: PhoneSettings) -> str:
    """In one line, whatever somebody called themselves."""
    return "".join(each if each.isprintable() else " " for each in settings.shown_as).strip()


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "linphone": Format("application/xml", "linphone-{user}.xml", _linphone),
        "baresip": Format("text/plain", "accounts", _baresip),
        "sheet": Format("text/plain", "phone-{user}.txt", _sheet),
    }
)

__all__ = ["EXPIRES_S", "FORMATS", "Format", "render"]
