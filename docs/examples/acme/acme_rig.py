"""The PBX of cordpair_acme with people on its far side, for ``cordpair conformance acme:``."""

from typing import Any

from cordpair.ids import NodeId
from cordpair_acme import AcmeDriver
from cordpair_loopback.rig import LoopbackRig


class AcmeRig(LoopbackRig[Any]):
    def driver(self, cell: str | None = None) -> Any:
        return AcmeDriver(NodeId("acme"), self.pbx, cell or self.cell)


def rig(url: str, clock: Any, time: Any) -> AcmeRig:
    return AcmeRig(clock, time)
