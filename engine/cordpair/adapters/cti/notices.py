"""Events as the clients know them: XML, on one line. Pure.

Only what concerns an agent's own phone is told, from the first ring to the end (AsteriskCTI's design, 2.2.2.3):
``Newchannel`` it is about to ring · ``Newstate`` it rings · ``Link`` the two talk · ``Hangup`` it is over.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

MOST_VARIABLES = 100
LONGEST_VALUE = 1_024

# What XML 1.0 cannot say, in any way of writing it.
_UNSPEAKABLE = re.compile("[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Happening(StrEnum):
    NEW_CHANNEL = "Newchannel"
    NEW_STATE = "Newstate"
    LINK = "Link"
    HANG_UP = "Hangup"


# As Asterisk calls the states of a channel.
STATES = {
    Happening.NEW_CHANNEL: "Down",
    Happening.NEW_STATE: "Ringing",
    Happening.LINK: "Up",
    Happening.HANG_UP: "Down",
}


class CallData(msgspec.Struct, frozen=True):
    """What a client is told of a call. Personal data: for that agent only, and for no log."""

    id: str
    channel: str
    number: str
    name: str
    context: str
    variables: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"CallData({self.id})"


def written(what: Happening, call: CallData) -> str:
    event = Element("event", id=what.value)
    part = SubElement(event, "call")
    for name, text in (
        ("uniqueid", call.id),
        ("channel", call.channel),
        ("calleridnum", call.number),
        ("calleridname", call.name),
        ("context", call.context),
    ):
        SubElement(part, name).text = _text(text)
    data = SubElement(part, "appdata")
    for key, value in list(call.variables.items())[:MOST_VARIABLES]:
        SubElement(data, "data", key=_text(key)).text = _text(value)
    SubElement(part, "state").text = STATES[what]
    return _line(tostring(event, encoding="unicode", short_empty_elements=False))


def _text(text: str) -> str:
    return _UNSPEAKABLE.sub("", text)[:LONGEST_VALUE]


def _line(xml: str) -> str:
    """Ends of lines within a value as references, for the line ends the event."""
    return xml.replace("\r", "&#13;").replace("\n", "&#10;")


__all__ = ["CallData", "Happening", "written"]
