"""Cross-checks of ``[trunks]``: a trunk's name is one that its PBX gives to nothing else."""

from cordpair.config.model import Config
from cordpair.config.problems import Path, Problems, quote
from cordpair.config.trunks import settled

OURS = "cordpair-"  # what the dialplans call their own


def check_trunks(config: Config, problems: Problems) -> None:
    for name, trunk in config.trunks.items():
        path: Path = ("trunks", name)
        if name.startswith(OURS):
            problems.error(path, f"begins as what we give the PBX ourselves: call it other than {quote(OURS + '…')}")
        if trunk.node is not None and trunk.node not in config.pbx and not problems.known(("pbx",)):
            near = problems.nearest(trunk.node, config.pbx)
            problems.error((*path, "node"), f"there is no pbx {quote(trunk.node)}{near}")
        if not trunk.addresses and not problems.known((*path, "addresses")):
            problems.error((*path, "addresses"), "is empty: a trunk is known by where its calls come from")
        for node, pbx in config.pbx.items():
            if trunk.node not in (None, node):
                continue
            if name in pbx.peers.values():
                problems.error(path, f"is what pbx.{node}.peers calls the trunk to another node")
            seat = next((seat for seat, each in config.seats.items() if each.endpoint == name), None)
            if seat is not None and config.seats[seat].node in (None, node):
                problems.error(path, f"is the endpoint of seats.{seat} on the same PBX")
        secret = trunk.register.password if trunk.register is not None else None
        if secret is not None and (secret.env is None) == (secret.file is None):
            problems.error((*path, "register", "password"), "must have exactly one of env, file")
    _dialled(config, problems)


def _dialled(config: Config, problems: Problems) -> None:
    """Where trunks are written here, a way out that is none of them is a typing error, most likely."""
    for node, out in config.calls.trunks.items():
        here = [name for name, trunk in config.trunks.items() if trunk.node in (None, node)]
        called = out.dial.partition("@")[2]
        if here and called and called not in here:
            message = f"goes over {quote(called)}, which is none of [trunks]{problems.nearest(called, here)}"
            problems.warning(("calls", "trunks", node, "dial"), message)
        elif called in here and not settled(config.trunks[called]).options:
            message = f"{called} is not asked whether it lives (options): calls may wait for a peer that is gone"
            problems.warning(("calls", "trunks", node, "dial"), message)


__all__ = ["check_trunks"]
