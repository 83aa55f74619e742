"""The configuration: read its file again, now."""

from cordpair.api.call import Call
from cordpair.api.errors import Refused
from cordpair.runtime.reload import Outcome, Result


async def reload(call: Call) -> Outcome:
    """Applied whole or not at all; the outcome says what changed, the refusal why nothing did."""
    reloader = call.engine.reloader
    if reloader is None:
        raise Refused("This engine's configuration does not come from a file.")
    outcome = await reloader.from_file()
    if outcome.result in (Result.INVALID, Result.REFUSED):
        raise Refused("Nothing was changed: " + "; ".join(outcome.problems))
    return outcome


__all__ = ["reload"]
