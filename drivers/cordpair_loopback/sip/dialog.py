"""One SIP call on one browser's line: requests and responses in order, nothing of what they are for."""

from collections.abc import Callable, Iterable

from cordpair.sip import Told, trusted, write

Heard = Callable[[Told], None]
HOST = "cordpair.invalid"
CONTACT = f"<sip:cordpair@{HOST};transport=ws>"
ALLOW = "INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS"
SDP = "application/sdp"
PHRASES = {
    100: "Trying", 180: "Ringing", 200: "OK", 302: "Moved", 403: "Forbidden", 404: "Not Found",
    480: "Temporarily Unavailable", 481: "Call Does Not Exist", 486: "Busy Here", 487: "Request Terminated",
    488: "Not Acceptable Here", 491: "Request Pending", 503: "Service Unavailable", 603: "Decline",
}  # fmt: skip
ELSEWHERE = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')


def response(told: Told, status: int, tag: str = "", sdp: str = "", more: Iterable[tuple[str, str]] = ()) -> bytes:
    """The answer to a request."""
    to = told.receiver
    if tag and status > 100 and not trusted.tag(to):
        to = f"{to};tag={tag}"
    headers = [*(("Via", via) for via in told.vias), ("From", told.sender), ("To", to), ("Call-ID", told.call_id)]
    headers += [("CSeq", f"{told.number} {told.method}"), *more]
    if told.method in {"INVITE", "UPDATE"} and status < 300:
        headers += [("Contact", CONTACT), ("Allow", ALLOW)]
    if sdp:
        headers.append(("Content-Type", SDP))
    return write(f"SIP/2.0 {status} {PHRASES.get(status, 'Answered')}", headers, sdp.encode())


class Dialog:
    """``local`` and ``remote`` are From and To of our requests, with tags as soon as there are some."""

    def __init__(self, speak: Callable[[bytes], None], call_id: str, local: str, remote: str, target: str) -> None:
        self.call_id = call_id
        self.local, self.remote, self.target = local, remote, target
        self._speak = speak
        self._number = 0
        self._waiting: dict[tuple[int, str], Heard] = {}

    def request(
        self, method: str, heard: Heard | None = None, sdp: str = "", more: Iterable[tuple[str, str]] = ()
    ) -> int:
        """Send the next one; ``heard`` gets each response to it. Its number in the call."""
        self._number += 1
        if heard is not None:
            self._waiting[self._number, method] = heard
        self._send(method, self._number, sdp, more)
        return self._number

    def ack(self, number: int, sdp: str = "") -> None:
        self._send("ACK", number, sdp, ())

    def cancel(self, number: int, more: Iterable[tuple[str, str]] = ()) -> None:
        self._send("CANCEL", number, "", more)

    def hear(self, told: Told) -> None:
        """A response."""
        key = told.number, told.method
        heard = self._waiting.get(key)
        if heard is None:
            return
        if told.status >= 200:
            del self._waiting[key]
        if told.method == "INVITE" and 100 < told.status < 300:
            self.remote = told.receiver
            self.target = told.contact or self.target
        if told.method == "INVITE" and told.status >= 300:
            self._send("ACK", told.number, "", (), told.receiver)
        heard(told)

    def _send(self, method: str, number: int, sdp: str, more: Iterable[tuple[str, str]], to: str = "") -> None:
        # An ACK to an answer is a transaction of its own; that to a refusal, and a CANCEL, are the INVITE's.
        kind = "a" if method == "ACK" and not to else ""
        headers = [("Via", f"SIP/2.0/WS {HOST};branch=z9hG4bK{self.call_id.partition('@')[0]}-{number}{kind}")]
        headers += [("Max-Forwards", "70"), ("From", self.local), ("To", to or self.remote), ("Call-ID", self.call_id)]
        headers += [("CSeq", f"{number} {method}"), ("Contact", CONTACT), *more]
        if method == "INVITE":
            headers.append(("Allow", ALLOW))
        if sdp:
            headers.append(("Content-Type", SDP))
        self._speak(write(f"{method} {self.target} SIP/2.0", headers, sdp.encode()))


__all__ = ["CONTACT", "ELSEWHERE", "HOST", "Dialog", "response"]
