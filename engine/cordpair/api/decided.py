"""Having something decided on behalf of somebody who asked over HTTP."""

from cordpair.acd.inputs import Request
from cordpair.api.errors import Refused, Unavailable
from cordpair.errors import AcdError, CordpairError
from cordpair.runtime import Engine
from cordpair.runtime.core import Decided


async def decided(engine: Engine, request: Request) -> Decided:
    """Returns after the commit. Raises Refused, Unavailable."""
    try:
        return await engine.request(request)
    except AcdError as error:
        raise Refused(str(error)) from None
    except CordpairError as error:
        raise Unavailable(str(error)) from None


__all__ = ["decided"]
