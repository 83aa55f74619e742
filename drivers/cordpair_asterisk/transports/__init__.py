"""What carries ARI: our own transport, unless the URL asks for another.

``asterisk+ari://…/?transport=aioari`` needs ``pip install 'cordpair[aioari]'``; what it loses is in
docs/decisions/0016-transports.md.
"""

from cordpair.pbx import LinkLost
from cordpair_asterisk.config import Settings
from cordpair_asterisk.own import OwnTransport
from cordpair_asterisk.port import Transport


def make(settings: Settings) -> Transport:
    """Of the transport that the URL names. Raises LinkLost when its package is not installed."""
    if settings.transport == "own":
        return OwnTransport(settings)
    try:
        from cordpair_asterisk.transports.aioari import Aioari  # noqa: PLC0415
    except ImportError as error:
        extra = f"pip install 'cordpair[{settings.transport}]'"
        raise LinkLost(
            f"{settings.shown}: transport={settings.transport} needs a package: {extra} ({error.name})"
        ) from None
    return Aioari(settings)


__all__ = ["make"]
