"""People with browsers: SIP over the loopback's lines, through the door; they hear whose description they got."""

from itertools import count

from cordpair.pbx import SipSwitch
from cordpair.sip import CallLock, Door, Doorway, Lock, PhoneLock, Told, trusted
from cordpair.testing import ManualClock
from cordpair.testing.people import ANSWERS
from cordpair_loopback.rig import Does

HOST = "cordpair.invalid"
_ids = count(1)


def sdp(name: str, direction: str = "sendrecv") -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns={name}\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n"
        f"a=setup:actpass\r\na={direction}\r\n"
    )


class Browser:
    """One user agent with one call at a time that counts, and a door before it."""

    def __init__(self, name: str, lock: Lock, switch: SipSwitch, clock: ManualClock) -> None:
        self.name, self.clock = name, clock
        self.door = Door(lock, Doorway())
        self.hears: dict[str, str] = {}  # by call: what was last described
        self.ends: dict[str, str] = {}  # calls that are over: Reason of the BYE or CANCEL
        self.status: int | None = None
        self.moved_to = ""
        self.refused: list[str] = []
        self._calls: dict[str, dict[str, str]] = {}
        self.line = switch.connect(self._hear, lambda: None)

    # ------------------------------------------------------------ out

    def send(self, start: str, headers: list[tuple[str, str]], body: str = "") -> None:
        if body:
            headers = [*headers, ("Content-Type", "application/sdp")]
        lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}", "", body]
        verdict = self.door.from_browser("\r\n".join(lines).encode())
        if verdict.reason is not None:
            self.refused.append(f"{verdict.reason}: {start}")
        if verdict.forward is not None:
            self.line.say(verdict.forward)

    def ask(self, method: str, call: str, number: int, body: str = "", branch: str = "") -> None:
        known = self._calls[call]
        headers = [("Via", f"SIP/2.0/WS b.invalid;branch=z9hG4bK{branch or next(_ids)}"), ("Max-Forwards", "70")]
        headers += [
            ("From", known["local"]),
            ("To", known["remote"]),
            ("Call-ID", call),
            ("CSeq", f"{number} {method}"),
        ]
        contact = [] if method in {"ACK", "CANCEL"} else [("Contact", "<sip:b@b.invalid;transport=ws>")]
        self.send(f"{method} {known['target']} SIP/2.0", [*headers, *contact], body)

    def reply(self, told: Told, status: int, body: str = "") -> None:
        to = told.receiver if trusted.tag(told.receiver) else f"{told.receiver};tag=b{self.name}"
        headers = [*(("Via", via) for via in told.vias), ("From", told.sender), ("To", to)]
        headers += [("Call-ID", told.call_id), ("CSeq", f"{told.number} {told.method}")]
        self.send(f"SIP/2.0 {status} Said", [*headers, ("Contact", "<sip:b@b.invalid;transport=ws>")], body)

    def hang_up(self) -> None:
        for call in [call for call in self._calls if call in self.hears]:
            self.ask("BYE", call, 9)
            del self.hears[call]

    def open(self, call: str, local: str, remote: str, target: str) -> None:
        self._calls[call] = {"local": local, "remote": remote, "target": target}

    # ------------------------------------------------------------ in

    def _hear(self, frame: bytes) -> None:
        self.door.from_pbx(frame)
        told = trusted.read(frame)
        assert told is not None
        if told.status:
            self.clock.call_later(0, lambda: self.answered(told))
        else:
            self.clock.call_later(0, lambda: self.asked(told))

    def answered(self, told: Told) -> None: ...

    def asked(self, told: Told) -> None:
        call, body = told.call_id, told.body.decode()
        if told.method == "ACK":
            if body:
                self.hears[call] = body
        elif told.method == "BYE":
            self.hears.pop(call, None)
            self.ends[call] = told.header("Reason")
            self.reply(told, 200)
        elif told.method == "INVITE":
            self._again(told, body)

    def _again(self, told: Told, body: str) -> None:
        if body:
            self.hears[told.call_id] = body
        self.reply(told, 200, sdp(self.name, "inactive" if "a=inactive" in body else "sendrecv"))

    def heard(self) -> set[str]:
        alive = [body for body in self.hears.values() if body and "a=inactive" not in body]
        return {body.partition("s=")[2].partition("\r\n")[0] for body in alive}


class Caller(Browser):
    def __init__(self, number: str, dialled: str, switch: SipSwitch, clock: ManualClock) -> None:
        self.target = f"sip:{dialled}@{HOST}"
        lock = CallLock(target=self.target, identity=f"sip:{number}@{HOST}", context_id=f"ctx-{number}")
        super().__init__(number, lock, switch, clock)
        self.call = f"web-{next(_ids)}"
        self.open(self.call, f"<sip:{number}@{HOST}>;tag=c{number}", f"<{self.target}>", self.target)
        self.ask("INVITE", self.call, 1, sdp(number), branch=self.call)

    def answered(self, told: Told) -> None:
        if told.method != "INVITE" or told.status < 180:
            return
        known = self._calls[self.call]
        if told.status < 300:
            known |= {"remote": told.receiver, "target": told.contact}
        if told.status >= 300:
            self.status, self.moved_to = told.status, told.contact if told.status == 302 else ""
            known |= {"remote": told.receiver, "target": self.target}
            self.ask("ACK", self.call, 1, branch=self.call)
        elif told.status >= 200:
            self.hears[self.call] = told.body.decode()
            self.ask("ACK", self.call, 1)

    def leave(self) -> None:
        """CANCEL before the answer, BYE after it."""
        if self.call in self.hears:
            self.hang_up()
        elif self.status is None:
            known = self._calls[self.call]
            self._calls[self.call] = known | {"remote": f"<{self.target}>", "target": self.target}
            self.ask("CANCEL", self.call, 1, branch=self.call)


class Phone(Browser):
    def __init__(self, seat: str, switch: SipSwitch, clock: ManualClock) -> None:
        self.address = f"sip:{seat}@{HOST}"
        super().__init__(seat, PhoneLock(address=self.address, user=seat), switch, clock)
        self.does: Does = ANSWERS
        self.rung = 0
        self.shows = ("", "")
        self.told_elsewhere = False
        self._pending: dict[str, Told] = {}
        self.register()

    def register(self, expires: int = 600) -> None:
        headers = [("Via", f"SIP/2.0/WS b.invalid;branch=z9hG4bK{next(_ids)}"), ("Max-Forwards", "70")]
        headers += [("From", f"<{self.address}>;tag=r"), ("To", f"<{self.address}>"), ("Call-ID", f"r{next(_ids)}")]
        headers += [("CSeq", "1 REGISTER"), ("Contact", f"<sip:{self.name}@b.invalid;transport=ws>;expires={expires}")]
        self.send(f"REGISTER sip:{HOST} SIP/2.0", headers)

    def asked(self, told: Told) -> None:
        if told.method == "INVITE" and not trusted.tag(told.receiver):
            self._rings(told)
        elif told.method == "CANCEL":
            self.reply(told, 200)
            self._reason(told)
            invite = self._pending.pop(told.call_id, None)
            if invite is not None:
                self.reply(invite, 487)
        else:
            if told.method == "BYE":
                self._reason(told)
            super().asked(told)

    def _reason(self, told: Told) -> None:
        self.told_elsewhere = "cause=200" in told.header("Reason")

    def _rings(self, told: Told) -> None:
        does = self.does
        self.rung += 1
        self.shows = trusted.address(told.sender)[4:].partition("@")[0], told.header("X-Context-Id")
        self.told_elsewhere = False
        self._pending[told.call_id] = told
        self.open(told.call_id, f"{told.receiver};tag=b{self.name}", told.sender, told.contact)
        self.reply(told, 100)
        if does.rings:
            self.reply(told, 180)
        if does.after_ms is not None:
            self.clock.call_later(does.after_ms, lambda: self._takes(told, does))

    def _takes(self, told: Told, does: Does) -> None:
        if self._pending.pop(told.call_id, None) is None:
            return
        if does.status == 200:
            self.hears[told.call_id] = told.body.decode()
            self.reply(told, 200, sdp(self.name))
        else:
            self.reply(told, does.status)


__all__ = ["Browser", "Caller", "Phone", "sdp"]
