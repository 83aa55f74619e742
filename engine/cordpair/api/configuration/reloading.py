"""The configuration's file: read it again, now."""

from cordpair.api.call import Call
from cordpair.api.configuration.parts import reloader_of
from cordpair.api.errors import Refused
from cordpair.runtime.reload import Outcome, Result


async def reload(call: Call) -> Outcome:
    """Applied whole or not at all; the outcome says what changed, the refusal why nothing did."""
    outcome = await reloader_of(call).from_file()
    if outcome.result in (Result.INVALID, Result.REFUSED):
        raise Refused("Nothing was changed: " + "; ".join(outcome.problems))
    return outcome


__all__ = ["reload"]
