"""Somebody who calls the centre: one call out of a trunk."""

import secrets

from cordpair.testing.people.messages import Message, uri
from cordpair.testing.people.user_agent import Dialog, UserAgent

REDIRECTED = 302


class Caller(UserAgent):
    status: int | None = None  # of a call that was refused or moved
    sent_to = ""
    _dialog: Dialog | None = None
    _to_cancel = False
    _provisional = False

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
            self._on_provisional(dialog, message)
            return
        dialog.remote = message.get("to")
        if message.status < 300:
            dialog.target = uri(message.get("contact"))
            dialog.routes = message.routes[::-1]
            self.ack(dialog, message)
            if dialog.state != "answered":
                dialog.state = "answered"
                dialog.audio.connect(message.body or dialog.early)
        else:
            self.ack(dialog, message)
            self.status = message.status
            if message.status == REDIRECTED:
                self.sent_to = uri(message.get("contact"))
            self.over(dialog)
        self.changed()

    def _on_provisional(self, dialog: Dialog, message: Message) -> None:
        self._provisional = True
        dialog.early = message.body or dialog.early
        if self._to_cancel:
            self._to_cancel = False
            self._cancel(dialog)

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


__all__ = ["Caller"]
