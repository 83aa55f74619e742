"""What else ends when an agent signs out: work, the desk, the phone in the browser."""

import logging

from cordpair.acd.inputs import SignOut
from cordpair.api.errors import Unavailable
from cordpair.errors import AcdError, CordpairError
from cordpair.runtime import Engine
from cordpair_gateway.desk.desks import Desks
from cordpair_gateway.desk.ports import Phones
from cordpair_gateway.signing_in import Seated

log = logging.getLogger(__name__)


class Leaving:
    def __init__(self, engine: Engine, desks: Desks, phones: Phones) -> None:
        self._engine, self._desks, self._phones = engine, desks, phones

    async def leave(self, seated: Seated) -> None:
        """Raises Unavailable. Somebody who only works in the office has none of these."""
        if seated.agent is None:
            return
        try:
            await self._engine.request(SignOut(seated.agent))
        except AcdError:
            pass  # the agent is in the configuration no more
        except CordpairError as error:
            raise Unavailable(str(error)) from None
        self._desks.leave(seated)
        try:
            await self._phones.remove(seated.agent)
        except CordpairError as error:
            log.warning("the phone of an agent who signed out could not be removed: %s", type(error).__name__)


__all__ = ["Leaving"]
