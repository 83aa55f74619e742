"""Variables of legs: stamps, and what integrators set."""

import re
from collections.abc import Mapping

from cordpair.ids import LegId
from cordpair.pbx import Refused
from cordpair_freeswitch.api import Api
from cordpair_freeswitch.esl import NotCarried

# These make FreeSWITCH run something, or end up in SIP; headers have a way of their own.
_DOES_SOMETHING = re.compile(
    r"(api|exec|execute|bridge_pre|bridge_post|nolocal|sip_h|sip_rh|sip_ph|sip_bye_h)_.*|.*hook.*"
)


def harmless(variables: Mapping[str, str], what: str) -> Mapping[str, str]:
    """The variables, if none of them does anything by itself. Raises Refused."""
    for name in variables:
        if _DOES_SOMETHING.fullmatch(name.lower().removeprefix("nolocal:")):
            raise Refused(f"{what}: {name} makes FreeSWITCH do something; it is not for a variable of yours")
    return variables


class Variables:
    """Sets the variables of legs."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def set(self, leg: LegId, variables: Mapping[str, str]) -> None:
        try:
            await self._api.set("set variables of", leg, dict(variables))
        except NotCarried as error:
            raise Refused(f"set variables of {leg}: FreeSWITCH cannot be given {error}") from None


__all__ = ["Variables"]
