"""AsteriskCTI's line protocol, so that programs made for it work with Cordpair. See docs/how-to/asteriskcti.md."""

from cordpair.adapters.cti.part import CTI, PORT, mount
from cordpair.adapters.cti.protocol import sent_for

__all__ = ["CTI", "PORT", "mount", "sent_for"]
