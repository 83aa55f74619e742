"""Frames as a browser writes them, and as nobody should."""

from dataclasses import dataclass, field, replace

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 127.0.0.1\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"
)
TARGET = "sip:help@cordpair.invalid"
IDENTITY = "sip:w-7f3a@cordpair.invalid"


@dataclass(frozen=True)
class Frame:
    """One request of a browser's; every part can be another."""

    method: str = "INVITE"
    uri: str = TARGET
    sender: str = IDENTITY
    to: str = ""
    tag: str = "browser"
    to_tag: str = ""
    call_id: str = "call-1"
    number: int = 1
    branch: str = "z9hG4bK1"
    body: str = SDP
    kind: str = "application/sdp"
    contact: str = "<sip:b2c3@x9y8.invalid;transport=ws;ob>"
    more: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    changed: dict[str, str] = field(default_factory=dict)  # whole lines, by the name they take the place of

    def lines(self) -> list[str]:
        to_tag = f";tag={self.to_tag}" if self.to_tag else ""
        headers = {
            "Via": f"Via: SIP/2.0/WSS x9y8.invalid;branch={self.branch}",
            "Max-Forwards": "Max-Forwards: 69",
            "To": f"To: <{self.to or self.uri}>{to_tag}",
            "From": f"From: <{self.sender}>;tag={self.tag}",
            "Call-ID": f"Call-ID: {self.call_id}",
            "CSeq": f"CSeq: {self.number} {self.method}",
            "Contact": f"Contact: {self.contact}",
            "Content-Type": f"Content-Type: {self.kind}",
            "Content-Length": f"Content-Length: {len(self.body.encode())}",
        }
        if not self.body:
            del headers["Content-Type"]
        kept = [self.changed.get(name, line) for name, line in headers.items() if name not in self.left_out]
        return [f"{self.method} {self.uri} SIP/2.0", *kept, *self.more]

    def text(self) -> str:
        return "\r\n".join([*self.lines(), "", self.body])

    def encode(self) -> bytes:
        return self.text().encode()

    def but(self, **changes) -> "Frame":
        return replace(self, **changes)


INVITE = Frame(more=("Supported: timer,ice,replaces,outbound", "Allow: INVITE,ACK,CANCEL,BYE,REFER", "User-Agent: x"))


def within(frame: Frame, remote: str, target: str, method: str, number: int = 2, **more) -> Frame:
    """A request in the call that ``frame`` opened."""
    body = {"body": "", "more": (), "branch": f"z9hG4bK-{method}-{number}"} | more
    return frame.but(method=method, uri=target, to=frame.uri, to_tag=remote, number=number, **body)


def answer(
    frame: bytes, status: int, tag: str = "pbx", contact: str = "sip:help@127.0.0.1:5080;transport=ws", body: str = ""
) -> bytes:
    """What a PBX says to a request that it got."""
    lines = frame.decode().partition("\r\n\r\n")[0].split("\r\n")
    kept = [line for line in lines[1:] if line.split(":")[0] in {"Via", "From", "Call-ID", "CSeq"}]
    to = next(line for line in lines if line.startswith("To:"))
    if tag and "tag=" not in to and status > 100:
        to += f";tag={tag}"
    made = [f"SIP/2.0 {status} Said", *kept, to, f"Contact: <{contact}>", f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(made).encode()
