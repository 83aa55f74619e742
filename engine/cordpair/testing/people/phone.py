"""An agent's phone: registers, and does with calls what it was told."""

import asyncio
import secrets
from collections.abc import Sequence

from cordpair.errors import CordpairError
from cordpair.testing.people.behaviour import ANSWERS, Does
from cordpair.testing.people.digest import is_stale, proof
from cordpair.testing.people.messages import Address, Message, uri, user
from cordpair.testing.people.user_agent import Dialog, UserAgent

REASONS = {480: "Temporarily Unavailable", 486: "Busy Here", 603: "Decline"}
REPLY_DEADLINE = 5.0
STALE_TRIES = 3


class NotRegistered(CordpairError):
    """The PBX did not take the phone's registration."""


class Phone(UserAgent):
    def __init__(
        self,
        account: tuple[str, str],
        domain: str,
        host: str,
        pbx: Address,
        voice: int,
        music_tones: Sequence[int] = (),
    ) -> None:
        """``account`` is the user and the password, ``domain`` what stands behind the @ of its address."""
        super().__init__(account[0], host, pbx, voice, music_tones)
        self._password = account[1]
        self._domain = domain
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
        """Raises NotRegistered."""
        reply = await self._register(expires)
        target = f"sip:{self._domain}"
        for _ in range(STALE_TRIES):
            answer = proof(reply, "REGISTER", target, self.number, self._password)
            if answer is None:
                break
            reply = await self._register(expires, answer)
            if reply.status in {401, 407} and not is_stale(reply):
                break
        if reply.status != 200:
            raise NotRegistered(f"phone {self.number} cannot register at {self._where}: {reply.start}")

    @property
    def _where(self) -> str:
        return f"{self.pbx[0]}:{self.pbx[1]}"

    async def _register(self, expires: int, *proofs: tuple[str, str]) -> Message:
        self._register_number += 1
        name = f"<sip:{self.number}@{self._domain}>"
        headers = [self.via(), ("from", f"{name};tag={self._register_id[:6]}"), ("to", name)]
        headers += [("call-id", self._register_id), ("cseq", f"{self._register_number} REGISTER")]
        headers += [("max-forwards", "70"), ("contact", self.contact), ("expires", str(expires)), *proofs]
        reply: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._replies[f"{self._register_number} REGISTER"] = reply
        self.send(Message(f"REGISTER sip:{self._domain} SIP/2.0", headers))
        try:
            return await asyncio.wait_for(reply, REPLY_DEADLINE)
        except TimeoutError:
            raise NotRegistered(f"phone {self.number}: nobody answers SIP at {self._where}/udp") from None

    def on_other_response(self, message: Message) -> None:
        if message.status < 200:
            return
        waiting = self._replies.pop(message.get("cseq"), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    # ------------------------------------------------------------ calls

    def hang_up(self) -> None:
        for dialog in self.dialogs.values():
            self.bye(dialog)

    def on_invite(self, message: Message) -> None:
        local = f"{message.get('to')};tag={secrets.token_hex(4)}"
        dialog = Dialog(
            message.get("call-id"),
            local,
            message.get("from"),
            uri(message.get("contact")),
            self.audio(self._digit),
            routes=message.routes,
            invite=message,
        )
        self.dialogs[dialog.call_id] = dialog
        self.rung += 1
        self.shows = user(message.get("from")), message.get("x-context-id")
        self.told_elsewhere = False
        self.changed()
        if self.does.rings or self.does.after_ms is not None:
            self.reply(message, 100, more="Trying")
            self.spawn(self._take(dialog, message, self.does))

    async def _take(self, dialog: Dialog, message: Message, does: Does) -> None:
        sdp = ""
        if does.early:
            sdp = await dialog.audio.open(self.host, message.body)
            self.reply(message, 183, tag=dialog.tag, sdp=sdp, more="Session Progress")
        elif does.rings:
            self.reply(message, 180, tag=dialog.tag, more="Ringing")
        if does.after_ms is None:
            return
        await asyncio.sleep(does.after_ms / 1000)  # sleep: a person takes a while
        if dialog.state == "ended":
            return
        if does.status != 200:
            self.reply(message, does.status, tag=dialog.tag, more=REASONS.get(does.status, "No"))
            self.over(dialog)
            return
        sdp = sdp or await dialog.audio.open(self.host, message.body)
        self.reply(message, 200, tag=dialog.tag, sdp=sdp)
        dialog.state = "answered"
        dialog.audio.connect(message.body)
        self.changed()

    def on_cancel(self, dialog: Dialog, message: Message) -> None:
        if dialog.state == "answered" or dialog.invite is None:
            return
        self._reason(message)
        self.reply(dialog.invite, 487, tag=dialog.tag, more="Request Terminated")
        self.over(dialog)

    def on_bye(self, dialog: Dialog, message: Message) -> None:
        self._reason(message)

    def _reason(self, message: Message) -> None:
        self.told_elsewhere = any("cause=200" in reason and "SIP" in reason for reason in message.all("reason"))

    def _digit(self, digit: str) -> None:
        self.digits += digit
        self.changed()


__all__ = ["NotRegistered", "Phone"]
