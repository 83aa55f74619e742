"""Sound for the PBX inside the process: a registrar and a back-to-back user agent over SIP, browser to browser."""

from cordpair_loopback.sip.exchange import DOOR, GRACE_MS, Exchange, Line
from cordpair_loopback.sip.phone import WebPhone

__all__ = ["DOOR", "GRACE_MS", "Exchange", "Line", "WebPhone"]
