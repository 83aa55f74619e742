"""Other clients of the Event Socket, each behind the driver's own port. Off unless the URL asks for one.

``freeswitch+esl://…/?transport=greenswitch`` needs ``pip install 'cordpair[greenswitch]'``; ``transport=python-esl`` is
compiled: ``pip install 'swig<4' setuptools wheel`` and then ``pip install --no-build-isolation python-ESL``. What each
loses is in docs/decisions/0016-transports.md.
"""

from cordpair.pbx import LinkLost
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.port import Connection


def make(settings: Settings, purpose: str) -> Connection:
    """Of the transport that the URL names. Raises LinkLost when its package is not installed."""
    try:
        if settings.transport == "greenswitch":
            from cordpair_freeswitch.transports.greenswitch import GreenSwitch  # noqa: PLC0415

            return GreenSwitch(settings, purpose)
        from cordpair_freeswitch.transports.python_esl import PythonEsl  # noqa: PLC0415

        return PythonEsl(settings, purpose)
    except ImportError as error:
        extra = f"pip install 'cordpair[{settings.transport}]'"
        raise LinkLost(
            f"{settings.shown}: transport={settings.transport} needs a package: {extra} ({error.name})"
        ) from None


__all__ = ["make"]
