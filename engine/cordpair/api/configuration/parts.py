"""What the handlers of the configuration share."""

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from cordpair.api.call import Call
from cordpair.api.configuration.worker import WORKER
from cordpair.api.errors import Refused, Unavailable
from cordpair.runtime import Reloader
from cordpair.store import Store, StoreError

T = TypeVar("T")


class Parts(NamedTuple):
    reloader: Reloader
    store: Store


def parts_of(call: Call) -> Parts:
    """Raises Refused where there is nothing that could be changed."""
    if call.office.store is None:
        raise Refused("This engine has no store.")
    return Parts(reloader_of(call), call.office.store)


def reloader_of(call: Call) -> Reloader:
    reloader = call.engine.reloader
    if reloader is None:
        raise Refused("This engine's configuration does not come from a file.")
    return reloader


async def in_thread(call: Call, function: Callable[[], T]) -> T:
    return await call.request.app[WORKER].do(function)


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Turns StoreError into Unavailable: the machine's fault, and the log says more."""
    try:
        yield
    except StoreError as error:
        raise Unavailable(str(error), 5) from None


__all__ = ["Parts", "in_thread", "parts_of", "reloader_of", "store_errors"]
