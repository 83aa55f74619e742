"""A web caller without a SIP stack, step by step, against whatever PBX stands behind the door."""

import re
from typing import Self

from cordpair.sip import Lock
from lab.door import WEB_SDP, Browser, Entrance, Relay
from sip.attacks import Attack
from sip.frames import Frame, within

INVITE = Frame(body=WEB_SDP, more=("Supported: timer,ice,replaces,outbound", "Allow: INVITE,ACK,CANCEL,BYE,UPDATE"))


class Story:
    def __init__(self, browser: Browser, token: str) -> None:
        self.browser = browser
        self.invite = INVITE.but(call_id=f"call-{token}-{id(browser):x}", branch=f"z9hG4bK{id(browser):x}")
        self.tag, self.target = "", ""

    @classmethod
    async def begin(cls, door: Entrance, lock: Lock, token: str = "t") -> Self:
        return cls(await Browser.open(door.url, door.ticket(token, lock)), token)

    async def call(self) -> None:
        await self.browser.send(self.invite.encode())
        await self.browser.next("SIP/2.0 100")

    async def answered(self) -> str:
        answer = await self.browser.next("SIP/2.0 200")
        self._learn(answer)
        await self.browser.send(self.within("ACK", 1).encode())
        return answer

    async def hold(self) -> None:
        sdp = WEB_SDP.replace("a=sendrecv", "a=sendonly").replace(" 2 IN IP4", " 3 IN IP4")
        await self.browser.send(self.within("INVITE", 2, body=sdp).encode())
        self._learn(await self.browser.next("SIP/2.0 200"))
        await self.browser.send(self.within("ACK", 2).encode())

    async def bye(self) -> None:
        await self.browser.send(self.within("BYE", 3).encode())
        await self.browser.next("SIP/2.0 200")
        await self.browser.close()

    async def is_hung_up(self) -> None:
        frame = await self.browser.next("BYE")
        kept = [line for line in frame.split("\r\n") if line.split(":")[0] in {"Via", "From", "To", "Call-ID", "CSeq"}]
        await self.browser.send("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode())
        await self.browser.close()

    async def cancel(self) -> None:
        await self.browser.send(self.invite.but(method="CANCEL", body="", more=()).encode())
        ended = await self.browser.next("SIP/2.0 487")
        self._learn(ended)
        await self.browser.send(self.invite.but(method="ACK", to_tag=self.tag, body="", more=()).encode())
        await self.browser.close()

    def within(self, method: str, number: int, **more) -> Frame:
        return within(self.invite, self.tag, self.target, method, number, **more)

    def stolen(self) -> list[bytes]:
        """Requests of this very call, by somebody who knows all of it."""
        frames = [self.within(method, 5).encode() for method in ("BYE", "UPDATE", "INVITE", "INFO")]
        return [*frames, self.invite.but(method="CANCEL", body="", more=()).encode()]

    def _learn(self, frame: str) -> None:
        tag = re.search(r"^To:.*;tag=([^\s;]+)", frame, re.MULTILINE)
        contact = re.search(r"^Contact: *<([^>]+)>", frame, re.MULTILINE)
        assert tag is not None
        self.tag, self.target = tag[1], contact[1] if contact else self.target


async def hears_the_attack(hop: Relay, door: Entrance, attack: Attack) -> list[str]:
    """What of it was seen between the door and the PBX; the door is known to have judged it."""
    browser = await Browser.open(door.url, door.ticket("t"))
    await browser.send(attack.frame(INVITE))
    await browser.send(b"\r\n\r\n")  # answered in order: when it is, the attack was looked at
    await browser.next("\r\n")
    await browser.close()
    assert door.tokens.reasons() == [attack.reason]
    return hop.to_pbx


__all__ = ["Story", "hears_the_attack"]
