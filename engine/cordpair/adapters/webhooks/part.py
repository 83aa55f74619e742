"""Webhooks, as a part of the API's server, found by the command line by its entry point. They add no address to it."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from prometheus_client import Counter

from cordpair.adapters.webhooks.postman import Counted, Postman
from cordpair.adapters.webhooks.rounds import Alarm, AlarmRound, JournalRound
from cordpair.api.alarms import raised
from cordpair.api.call import Office
from cordpair.api.touched import Kind
from cordpair.config.model import Config
from cordpair.config.secrets import resolve_secret
from cordpair.reports.deliveries import Deliveries, key_of
from cordpair.reports.following import Follower, following
from cordpair.runtime.beside import saying

log = logging.getLogger("cordpair.adapters.webhooks")

GATHER_S = 0.02
LAST_S = 0.5  # when the engine stops: a receiver that is down is no reason to be away for longer; the mark is kept


def mount(app: web.Application, office: Office, config: Config, directory: Path) -> None:
    """Nothing, unless ``[webhooks]`` names some. Raises ConfigurationError where a secret is not to be had."""
    if not config.webhooks.to or office.store is None:
        return
    engine, store = office.engine, office.store
    deliveries = Deliveries(engine.clock)
    messages = Counter(
        "cordpair_webhook_messages", "Messages to webhooks; failed: a try", ["hook", "result"],
        registry=engine.meter.registry,
    )  # fmt: skip
    followers, alarms = [], []
    for name, wanted in config.webhooks.to.items():
        place = f"webhooks.to.{name}.secret"
        postman = Postman(
            name,
            wanted,
            key_of(resolve_secret(wanted.secret, place, os.environ, directory), place),
            deliveries,
            engine.clock,
            cell=config.cell.name,
            give_up_ms=config.webhooks.give_up,
            record=engine.record,
            counted=_counter(messages, name),
        )
        followers.append(
            Follower(
                engine,
                directory / config.journal.path,
                JournalRound(postman, store),
                f"webhook {name}",
                gather_s=GATHER_S,
                from_now=True,
            )
        )
        alarms.append(AlarmRound(postman, store, lambda: raised_now(office), engine.clock))

    async def beside(_: web.Application) -> AsyncIterator[None]:
        async with deliveries, following(followers, LAST_S):
            tasks = [asyncio.create_task(each.run(), name="alarms") for each in alarms if each.wanted]
            for task in tasks:
                task.add_done_callback(saying(log, "alarms are not told to a webhook any more"))
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.gather(*tasks, return_exceptions=True)

    app.cleanup_ctx.append(beside)


async def raised_now(office: Office) -> frozenset[Alarm]:
    board, now = await office.hub.current(), office.engine.clock.now_ms()
    await office.engine.flushed()
    trunks = office.trunks.health if office.trunks is not None else ()
    return frozenset(
        [Alarm(piece.view.id, alarm) for piece in board.all(Kind.QUEUE) for alarm in raised(piece.view, now)]
        + [Alarm("", alarm, each.of.node, each.of.trunk) for each in trunks for alarm in each.alarms(now)]
    )


def _counter(messages: Counter, name: str) -> Counted:
    return lambda result: messages.labels(name, result).inc()


__all__ = ["mount"]
