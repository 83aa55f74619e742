"""An agent's phone in a browser, without a stack: it registers through the door and is rung."""

import re
import secrets
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from cordpair.testing.people.digest import proof
from cordpair.testing.people.messages import decode
from lab.door import WEB_SDP, Browser
from sip.frames import Frame

ANSWER = WEB_SDP.replace("actpass", "active")


class WebPhone:
    def __init__(self, browser: Browser, address: str, password: str) -> None:
        self.browser, self.address, self.password = browser, address, password
        self.user, self.home = address.removeprefix("sip:").split("@")
        self.call_id = secrets.token_hex(6)
        self.number = 0

    @classmethod
    async def open(cls, account: Mapping[str, object], origin: str, base: str = "") -> Self:
        """With what a desk was given. ``base``: where the gateway really listens."""
        url = str(account["url"])
        token = url.partition("?token=")[2]
        where = f"{base}{urlsplit(url).path}" if base else url.partition("?")[0]
        browser = await Browser.open(where, token, origin)
        return cls(browser, str(account["uri"]), str(account["password"]))

    # ------------------------------------------------------------ registration

    async def register(self, expires: int = 300) -> str:
        """The last answer's first line."""
        asks = Frame(
            method="REGISTER", uri=f"sip:{self.home}", sender=self.address, to=self.address, body="",
            call_id=self.call_id, contact=f"<sip:{self.user}@x9y8.invalid;transport=ws>",
            more=(f"Expires: {expires}",),
        )  # fmt: skip
        answer = await self._ask(asks)
        shown = proof(decode(answer.encode()), "REGISTER", asks.uri, self.user, self.password)
        if shown is not None:
            answer = await self._ask(asks.but(more=(*asks.more, f"Authorization: {shown[1]}")))
        return answer.partition("\r\n")[0]

    async def _ask(self, frame: Frame) -> str:
        self.number += 1
        await self.browser.send(frame.but(number=self.number, branch=f"z9hG4bK{secrets.token_hex(6)}").encode())
        return await self.browser.next("SIP/2.0")

    # ------------------------------------------------------------ calls

    async def rings(self, deadline: float = 10.0) -> str:
        """The INVITE, once it was answered with 180."""
        invite = await self.browser.next("INVITE", deadline=deadline)
        await self.browser.send(self.reply(invite, "180 Ringing"))
        return invite

    async def answers(self, invite: str) -> None:
        """With or without an offer in it."""
        await self.browser.send(self.reply(invite, "200 OK", ANSWER if "\r\nm=" in invite else WEB_SDP))
        await self.browser.next("ACK")

    async def is_hung_up(self) -> None:
        await self.browser.send(self.reply(await self.browser.next("BYE"), "200 OK"))

    async def hangs_up(self, invite: str) -> None:
        await self.browser.send(self.within(invite, "BYE").encode())
        await self.browser.next("SIP/2.0 200")

    async def dials(self, number: str) -> str:
        """A number by itself; the first answer that is final, challenges answered."""
        uri = f"sip:{number}@{self.home}"
        frame = Frame(uri=uri, sender=self.address, body=WEB_SDP, call_id=secrets.token_hex(6), tag="dials")
        answer = await self._final(frame.but(branch=f"z9hG4bK{secrets.token_hex(6)}"))
        shown = proof(decode(answer.encode()), "INVITE", uri, self.user, self.password)
        if shown is not None:
            more = (*frame.more, f"{shown[0]}: {shown[1]}")
            answer = await self._final(frame.but(number=2, branch=f"z9hG4bK{secrets.token_hex(6)}", more=more))
        return answer.partition("\r\n")[0]

    async def _final(self, frame: Frame) -> str:
        await self.browser.send(frame.encode())
        while (answer := await self.browser.next("SIP/2.0")).startswith("SIP/2.0 1"):
            pass
        return answer

    def reply(self, frame: str, status: str, body: str = "") -> bytes:
        kept = [line for line in frame.split("\r\n") if line.split(":")[0] in {"Via", "From", "To", "Call-ID", "CSeq"}]
        tagged = [f"{line};tag=phone" if line.startswith("To:") and "tag=" not in line else line for line in kept]
        kind = ["Content-Type: application/sdp"] if body else []
        contact = f"Contact: <sip:{self.user}@x9y8.invalid;transport=ws>"
        lines = [f"SIP/2.0 {status}", *tagged, contact, *kind, f"Content-Length: {len(body)}", "", body]
        return "\r\n".join(lines).encode()

    def within(self, invite: str, method: str, number: int = 7) -> Frame:
        """A request of the phone's own, in the call that this INVITE began."""

        def header(name: str) -> str:
            found = re.search(rf"^{name}: *(.+?)\r?$", invite, re.MULTILINE)
            assert found is not None, name
            return found[1]

        theirs, target = header("From"), re.search(r"<([^>]+)>", header("Contact"))
        address, tag = re.search(r"<([^>]+)>", theirs), re.search(r";tag=([^;\s]+)", theirs)
        own = re.search(r"<([^>]+)>", header("To"))
        assert target is not None and address is not None and tag is not None and own is not None
        return Frame(
            method=method, uri=target[1], sender=own[1], tag="phone", to=address[1], to_tag=tag[1],
            call_id=header("Call-ID"), number=number, branch=f"z9hG4bK{secrets.token_hex(6)}", body="",
        )  # fmt: skip

    async def close(self) -> None:
        await self.browser.close()


__all__ = ["ANSWER", "WebPhone"]
