"""Channel variables: all in one request where Asterisk can, one by one where it is older than 22.8 or so."""

from collections.abc import Mapping

from cordpair.ids import LegId
from cordpair_asterisk.client import NOT_FOUND, AriClient, refusal


class Variables:
    """Sets the variables of legs; learns from the first refusal whether this Asterisk takes many at once."""

    def __init__(self, client: AriClient) -> None:
        self._client = client
        self._many = True

    async def set(self, leg: LegId, variables: Mapping[str, str]) -> None:
        if not variables:
            return
        what = f"set variables of {leg}"
        if self._many:
            path, every = f"channels/{leg}/variables", {"variables": dict(variables)}
            reply = await self._client.request("POST", path, what, body=every, accept=(NOT_FOUND,))
            if reply.status != NOT_FOUND:
                return
            if "hannel" in reply.message:  # "Channel not found"; an unknown operation says "Resource not found"
                raise refusal(what, reply)
            self._many = False
        for name, value in variables.items():
            body = {"variable": name, "value": value}
            await self._client.request("POST", f"channels/{leg}/variable", what, body=body)


__all__ = ["Variables"]
