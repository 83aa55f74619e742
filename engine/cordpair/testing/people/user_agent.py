"""A SIP user agent: a socket, its dialogs, and the requests both sides send in them.

SIPp plays from a script; these do what a test tells them in the moment. Nothing is sent twice: the network between
them and the PBX must not lose packets.
"""

import asyncio
import itertools
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

from cordpair.testing.people.audio import Audio
from cordpair.testing.people.messages import Address, Message, decode, host_and_port, uri
from cordpair.testing.people.sockets import Socket


@dataclass
class Dialog:
    """One call, seen from our side."""

    call_id: str
    local: str  # From or To of ours, with tag
    remote: str
    target: str  # where requests in the dialog go
    audio: Audio
    routes: list[str] = field(default_factory=list)
    number: int = 0  # our last CSeq
    invite: Message | None = None  # of ours, or theirs
    state: str = "calling"  # answered | ended
    early: str = ""  # the SDP of a provisional response

    @property
    def tag(self) -> str:
        return self.local.rpartition(";tag=")[2]


class UserAgent:
    def __init__(self, number: str, host: str, pbx: Address, voice: int, music_tones: Sequence[int] = ()) -> None:
        self.number = number
        self.voice = voice
        self.host = host
        self.pbx = pbx
        self.socket: Socket | None = None
        self.dialogs: dict[str, Dialog] = {}
        self.changed: Callable[[], None] = lambda: None
        self._music_tones = music_tones
        self._branches = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self.socket = await Socket.open(self.host, self._receive)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for dialog in self.dialogs.values():
            dialog.audio.close()
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def audio(self, digit: Callable[[str], None] = lambda _: None) -> Audio:
        return Audio(self.voice, digit, self.changed, self._music_tones)

    def heard(self) -> frozenset[str]:
        alive = [dialog for dialog in self.dialogs.values() if dialog.state == "answered"]
        return frozenset().union(*(dialog.audio.heard() for dialog in alive))

    @property
    def contact(self) -> str:
        return f"<sip:{self.number}@{self.host}:{self.socket.address[1] if self.socket else 0}>"

    # ------------------------------------------------------------ messages out

    def send(self, message: Message, to: Address | None = None) -> None:
        if self.socket is not None:  # somebody who has left says nothing
            self.socket.send(message.encode(), to or self.pbx)

    def via(self) -> tuple[str, str]:
        branch = f"z9hG4bK{secrets.token_hex(6)}{next(self._branches)}"
        return "via", f"SIP/2.0/UDP {self.host}:{self.socket.address[1] if self.socket else 0};rport;branch={branch}"

    def reply(self, request: Message, status: int, *, tag: str = "", sdp: str = "", more: str = "OK") -> None:
        to = request.get("to")
        if tag and ";tag=" not in to:
            to += f";tag={tag}"
        headers = [*(("via", value) for value in request.all("via")), ("from", request.get("from")), ("to", to)]
        headers += [("record-route", value) for value in request.all("record-route")]
        headers += [(name, request.get(name)) for name in ("call-id", "cseq")]
        headers.append(("contact", self.contact))
        if sdp:
            headers.append(("content-type", "application/sdp"))
        self.send(Message(f"SIP/2.0 {status} {more}", headers, sdp), request.source)

    def in_dialog(
        self, dialog: Dialog, method: str, *more: tuple[str, str], body: str = "", cseq: int | None = None
    ) -> None:
        if cseq is None:
            dialog.number += 1
        number = dialog.number if cseq is None else cseq
        headers = [self.via(), ("from", dialog.local), ("to", dialog.remote), ("call-id", dialog.call_id)]
        headers += [("cseq", f"{number} {method}"), ("max-forwards", "70"), ("contact", self.contact)]
        headers += [*(("route", route) for route in dialog.routes), *more]
        next_hop = host_and_port(dialog.routes[0] if dialog.routes else dialog.target)
        self.send(Message(f"{method} {dialog.target} SIP/2.0", headers, body), next_hop)

    def ack(self, dialog: Dialog, response: Message) -> None:
        """For a 2xx a request of its own; for a refusal it belongs to the INVITE."""
        if response.status < 300:
            self.in_dialog(dialog, "ACK", cseq=response.number)
        elif dialog.invite is not None:
            invite = dialog.invite
            headers = [("via", invite.get("via")), ("from", invite.get("from")), ("to", response.get("to"))]
            headers += [("call-id", dialog.call_id), ("cseq", f"{response.number} ACK"), ("max-forwards", "70")]
            self.send(Message(f"ACK {invite.start.split()[1]} SIP/2.0", headers))

    def bye(self, dialog: Dialog) -> None:
        if dialog.state == "answered":
            self.in_dialog(dialog, "BYE")
            self.over(dialog)

    def over(self, dialog: Dialog) -> None:
        dialog.state = "ended"
        dialog.audio.close()
        self.changed()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ messages in

    def on_response(self, dialog: Dialog, message: Message) -> None: ...
    def on_invite(self, message: Message) -> None: ...
    def on_cancel(self, dialog: Dialog, message: Message) -> None: ...
    def on_bye(self, dialog: Dialog, message: Message) -> None: ...
    def on_other_response(self, message: Message) -> None: ...

    def on_refer(self, dialog: Dialog, message: Message) -> None:
        self.reply(message, 603, more="Decline")

    def _receive(self, data: bytes, source: Address) -> None:
        if not data.strip():
            return
        message = decode(data, source)
        dialog = self.dialogs.get(message.get("call-id"))
        if not message.status:
            self._request(dialog, message)
        elif dialog is not None:
            self.on_response(dialog, message)
        else:
            self.on_other_response(message)

    def _request(self, dialog: Dialog | None, message: Message) -> None:
        method = message.method
        if method == "ACK":
            if dialog is not None and message.body:
                dialog.audio.connect(message.body)  # the answer to an offer of ours
        elif method in {"OPTIONS", "NOTIFY"}:  # a ping; mail, or the end of a transfer: heard
            self.reply(message, 200, tag="o")
        elif method == "INVITE" and dialog is None:
            self.on_invite(message)
        elif dialog is None:
            self.reply(message, 481, tag="x", more="Call does not exist")
        elif method in {"INVITE", "UPDATE"}:
            if dialog.state == "answered":
                self.spawn(self._again(dialog, message))
            elif method == "UPDATE":
                self.reply(message, 200)
        elif method == "CANCEL":
            self.reply(message, 200, tag=dialog.tag)
            self.on_cancel(dialog, message)
        elif method == "BYE":
            self.reply(message, 200)
            self.on_bye(dialog, message)
            self.over(dialog)
        elif method == "REFER":
            self.on_refer(dialog, message)
        else:
            self.reply(message, 200)

    async def _again(self, dialog: Dialog, message: Message) -> None:
        """A re-INVITE or UPDATE: the same audio once more, maybe to another place."""
        if contact := message.get("contact"):
            dialog.target = uri(contact)
        dialog.audio.connect(message.body)
        wants = message.method == "INVITE" or bool(message.body)
        sdp = await dialog.audio.open(self.host, message.body) if wants else ""
        self.reply(message, 200, sdp=sdp)


__all__ = ["Dialog", "UserAgent"]
