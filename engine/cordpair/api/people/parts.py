"""What the handlers of people, sign-ins, keys and the audit trail share."""

import contextlib
from collections.abc import Iterator

from cordpair.api.call import Call
from cordpair.api.errors import NotFound, Refused, Unavailable
from cordpair.store import LastAdmin, NoSuchPerson, PersonChanged, Store, StoreError


class Stale(Refused):
    """Somebody else changed it since. Nothing was changed by this request."""

    code = "conflict"


def store_of(call: Call) -> Store:
    """Raises Refused."""
    if call.office.store is None:
        raise Refused("This engine has no store.")
    return call.office.store


def now_of(call: Call) -> int:
    return call.engine.clock.now_ms()


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """What the store says, as an answer: a person's doing, else the machine's."""
    try:
        yield
    except NoSuchPerson as error:
        raise NotFound(str(error)) from None
    except PersonChanged as error:
        raise Stale(str(error)) from None
    except LastAdmin as error:
        raise Refused(str(error)) from None
    except StoreError as error:
        raise Unavailable(str(error), 5) from None


__all__ = ["Stale", "now_of", "store_errors", "store_of"]
