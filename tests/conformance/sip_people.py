"""Callers and phones on SIP, as the conformance suite's rig needs them."""

import asyncio
import secrets

from conformance.sip import Agent, Dialog, Message, digest, uri, user
from cordpair.testing.conformance import ANSWERS, Does
from lab.render import PHONE_ADDRESS

REASONS = {480: "Temporarily Unavailable", 486: "Busy Here", 603: "Decline"}
REPLY_DEADLINE = 5.0


class Caller(Agent):
    """One call out of the trunk."""

    def __init__(self, number: str, host: str, pbx: tuple[str, int], voice: int) -> None:
        super().__init__(number, host, pbx, voice)
        self.status: int | None = None  # of a call that was refused or moved
        self.sent_to = ""
        self._dialog: Dialog | None = None
        self._to_cancel = False
        self._provisional = False

    async def dial(self, dialled: str) -> None:
        await self.open()
        call_id, target = secrets.token_hex(8), f"sip:{dialled}@{self.pbx[0]}:{self.pbx[1]}"
        local = f"<sip:{self.number}@{self.host}>;tag={secrets.token_hex(4)}"
        dialog = Dialog(call_id, local, f"<{target}>", target, self.audio())
        sdp = await dialog.audio.open(self.host)
        dialog.number = 1
        headers = [self.via(), ("from", local), ("to", f"<{target}>"), ("call-id", call_id), ("cseq", "1 INVITE")]
        headers += [("max-forwards", "70"), ("contact", self.contact), ("content-type", "application/sdp")]
        dialog.invite = Message(f"INVITE {target} SIP/2.0", headers, sdp)
        self.dialogs[call_id] = self._dialog = dialog
        self.send(dialog.invite)

    def hang_up(self) -> None:
        dialog = self._dialog
        if dialog is None or dialog.state == "ended":
            return
        if dialog.state == "answered":
            self.bye(dialog)
        elif self._provisional:
            self._cancel(dialog)
        else:
            self._to_cancel = True  # nothing to cancel before the first sign of life

    def press(self, digits: str) -> None:
        if self._dialog is not None:
            self._dialog.audio.press(digits)

    def on_response(self, dialog: Dialog, message: Message) -> None:
        if message.method != "INVITE":
            return
        if message.status < 200:
            self._provisional = True
            if self._to_cancel:
                self._to_cancel = False
                self._cancel(dialog)
            return
        dialog.remote = message.get("to")
        if message.status < 300:
            dialog.target = uri(message.get("contact"))
            self.ack(dialog, message)
            if dialog.state != "answered":
                dialog.state = "answered"
                dialog.audio.connect(message.body)
        else:
            self.ack(dialog, message)
            self.status = message.status
            if message.status == 302:
                self.sent_to = uri(message.get("contact"))
            self.over(dialog)
        self.changed()

    def on_refer(self, dialog: Dialog, message: Message) -> None:
        self.sent_to = uri(message.get("refer-to"))
        self.reply(message, 202, more="Accepted")
        how = ("event", "refer"), ("subscription-state", "terminated;reason=noresource")
        kind = ("content-type", "message/sipfrag;version=2.0")
        self.in_dialog(dialog, "NOTIFY", *how, kind, body="SIP/2.0 200 OK\r\n")
        self.bye(dialog)

    def _cancel(self, dialog: Dialog) -> None:
        if dialog.invite is not None:
            invite = dialog.invite
            headers = [(name, invite.get(name)) for name in ("via", "from", "to", "call-id", "max-forwards")]
            target = invite.start.split()[1]
            self.send(Message(f"CANCEL {target} SIP/2.0", [*headers, ("cseq", "1 CANCEL")]))


class Phone(Agent):
    """An agent's phone: registers, and does with calls what it was told."""

    def __init__(self, number: str, password: str, pbx: tuple[str, int], voice: int) -> None:
        super().__init__(number, PHONE_ADDRESS, pbx, voice)
        self._password = password
        self._replies: dict[str, asyncio.Future[Message]] = {}
        self._register_id = secrets.token_hex(8)
        self._register_number = 0
        self.reset()

    def reset(self) -> None:
        self.does: Does = ANSWERS
        self.rung = 0
        self.shows = ("", "")
        self.told_elsewhere = False
        self.digits = ""

    # ------------------------------------------------------------ registration

    async def register(self, expires: int = 3600) -> None:
        reply = await self._register(expires, "")
        if reply.status == 401:
            target = f"sip:{self.pbx[0]}:{self.pbx[1]}"
            reply = await self._register(
                expires, digest(reply.get("www-authenticate"), "REGISTER", target, self.number, self._password)
            )
        assert reply.status == 200, reply.start

    async def _register(self, expires: int, proof: str) -> Message:
        self._register_number += 1
        name = f"<sip:{self.number}@{self.pbx[0]}>"
        headers = [self.via(), ("from", f"{name};tag=r"), ("to", name), ("call-id", self._register_id)]
        headers += [("cseq", f"{self._register_number} REGISTER"), ("max-forwards", "70"), ("contact", self.contact)]
        headers += [("expires", str(expires)), *([("authorization", proof)] if proof else [])]
        reply: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._replies[f"{self._register_number} REGISTER"] = reply
        self.send(Message(f"REGISTER sip:{self.pbx[0]}:{self.pbx[1]} SIP/2.0", headers))
        return await asyncio.wait_for(reply, REPLY_DEADLINE)

    def on_other_response(self, message: Message) -> None:
        waiting = self._replies.pop(message.get("cseq"), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    # ------------------------------------------------------------ calls

    def hang_up(self) -> None:
        for dialog in self.dialogs.values():
            self.bye(dialog)

    def on_invite(self, message: Message) -> None:
        local = f"{message.get('to')};tag={secrets.token_hex(4)}"
        target = uri(message.get("contact"))
        dialog = Dialog(message.get("call-id"), local, message.get("from"), target, self.audio(self._digit), ours=False)
        dialog.invite = message
        self.dialogs[dialog.call_id] = dialog
        self.rung += 1
        self.shows = user(message.get("from")), message.get("x-context-id")
        self.told_elsewhere = False
        self.changed()
        if self.does.rings or self.does.after_ms is not None:
            self.reply(message, 100, more="Trying")
            self.spawn(self._take(dialog, message, self.does))

    async def _take(self, dialog: Dialog, message: Message, does: Does) -> None:
        tag = dialog.local.rpartition(";tag=")[2]
        if does.rings:
            self.reply(message, 180, tag=tag, more="Ringing")
        if does.after_ms is None:
            return
        await asyncio.sleep(does.after_ms / 1000)  # sleep: a person takes a while
        if dialog.state == "ended":
            return
        if does.status != 200:
            self.reply(message, does.status, tag=tag, more=REASONS.get(does.status, "No"))
            self.over(dialog)
            return
        self.reply(message, 200, tag=tag, sdp=await dialog.audio.open(self.host))
        dialog.state = "answered"
        dialog.audio.connect(message.body)
        self.changed()

    def on_cancel(self, dialog: Dialog, message: Message) -> None:
        if dialog.state == "answered" or dialog.invite is None:
            return
        self._reason(message)
        self.reply(dialog.invite, 487, tag=dialog.local.rpartition(";tag=")[2], more="Request Terminated")
        self.over(dialog)

    def on_bye(self, dialog: Dialog, message: Message) -> None:
        self._reason(message)

    def _reason(self, message: Message) -> None:
        self.told_elsewhere = any("cause=200" in reason and "SIP" in reason for reason in message.all("reason"))

    def _digit(self, digit: str) -> None:
        self.digits += digit
        self.changed()


__all__ = ["Caller", "Phone"]
