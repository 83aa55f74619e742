"""SIPp on a lab: callers from the trunk's address, phones on loopback."""

from pathlib import Path

from cordpair.testing.sipp import Call, Crowd, Place, Plan, Report, SippError, scenarios
from cordpair.testing.sipp import SippKit as Kit
from lab.render import PHONE_ADDRESS, TRUNK_ADDRESS

__all__ = ["Call", "Crowd", "Plan", "Report", "SippError", "SippKit"]


class SippKit(Kit):
    """Starts SIPp against one lab, and ends all it started."""

    def __init__(self, sip_port: int, directory: Path, *, trunk_port: int | None = None) -> None:
        """`trunk_port`: where the trunk's callers go, when that is not the phones' port."""
        super().__init__(
            Place(PHONE_ADDRESS, sip_port, trunk_port or sip_port, TRUNK_ADDRESS, PHONE_ADDRESS), directory
        )

    async def far_end(self, address: str, port: int, code: int | None) -> Crowd:
        """The other end of a trunk, which answers OPTIONS with that status, or with nothing."""
        return await self._start("far-end", scenarios.options(code), address, port=port)
