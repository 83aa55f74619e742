"""Variables of legs: stamps, and what integrators set."""

from collections.abc import Mapping

from cordpair.ids import LegId
from cordpair.pbx import Refused
from cordpair_freeswitch.api import Api
from cordpair_freeswitch.esl import NotCarried


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
