"""SIP messages as text and as values: enough for people on the far side of a PBX."""

import re
from dataclasses import dataclass

Address = tuple[str, int]
COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
}
SIP_PORT = 5060


@dataclass
class Message:
    """A request or a response. Header names are lower case, in order."""

    start: str
    headers: list[tuple[str, str]]
    body: str = ""
    source: Address | None = None  # of one that came

    def get(self, name: str, default: str = "") -> str:
        return next((value for header, value in self.headers if header == name), default)

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name]

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        return self.get("cseq").split()[1] if self.status else self.start.split()[0]

    @property
    def number(self) -> int:
        return int(self.get("cseq").split()[0])

    @property
    def routes(self) -> list[str]:
        """Record-Route, one by one, from the far side's end."""
        return [route.strip() for value in self.all("record-route") for route in value.split(",")]

    def encode(self) -> bytes:
        lines = [self.start, *(f"{name.title()}: {value}" for name, value in self.headers)]
        return ("\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", self.body])).encode()


def decode(data: bytes, source: Address | None = None) -> Message:
    head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = []
    for name, _, value in (line.partition(":") for line in lines):
        header = name.strip().lower()
        headers.append((COMPACT.get(header, header), value.strip()))
    return Message(start, [header for header in headers if header[0] != "content-length"], body, source)


def uri(value: str) -> str:
    found = re.search(r"<([^>]*)>", value)
    return found[1] if found else value.partition(";")[0].strip()


def user(value: str) -> str:
    return re.sub(r"^sips?:", "", uri(value)).partition("@")[0].partition(";")[0]


def host_and_port(target: str) -> Address | None:
    """Where a request to this URI goes, when the URI names an address; None for a name, which nobody looks up."""
    found = re.match(r"(?:sips?:)?(?:[^@]*@)?(\d+\.\d+\.\d+\.\d+)(?::(\d+))?", uri(target))
    return (found[1], int(found[2] or SIP_PORT)) if found else None


__all__ = ["Address", "Message", "decode", "host_and_port", "uri", "user"]
