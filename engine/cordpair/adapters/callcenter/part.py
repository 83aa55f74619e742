"""The platform's interface as a part of the API's server, found by the command line by its entry point."""

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from cordpair.adapters.callcenter.board import Board
from cordpair.adapters.callcenter.report import Report, row
from cordpair.adapters.callcenter.socket import PATH, Dashboards
from cordpair.api.call import Office
from cordpair.config.model import Config
from cordpair.ids import ContactId
from cordpair.reports.following import Follower, following

CALLCENTER: web.AppKey[Dashboards] = web.AppKey("callcenter", Dashboards)
GATHER_S = 0.02  # what happens within this is shown at once


def mount(app: web.Application, office: Office, config: Config, directory: Path) -> None:
    """Nothing, unless ``[adapters.callcenter]`` is there. ``directory``: of the configuration's file."""
    wanted = config.adapters.callcenter
    if wanted is None or office.store is None:
        return
    engine, store = office.engine, office.store
    zone, journal = ZoneInfo(config.reports.zone), directory / config.journal.path

    def callerid(contact: ContactId) -> str:
        record = engine.record(contact) if wanted.callers else None
        return record.caller.number if record is not None else contact if not wanted.callers else ""

    board = Board(store, callerid)
    follower = Follower(engine, journal, board, "callcenter dashboard", gather_s=GATHER_S)
    followers = [follower]
    if wanted.report is not None:
        report = Report(directory / wanted.report, store, lambda left: row(left, callerid, zone))
        followers.append(Follower(engine, journal, report, "callcenter report"))
    gateway = config.gateway.url
    origins = frozenset(wanted.origins) | (frozenset({gateway}) if gateway is not None else frozenset())
    dashboards = Dashboards(office, board, follower.current, wanted, origins)

    async def beside(_: web.Application) -> AsyncIterator[None]:
        async with following(followers):
            yield

    app[CALLCENTER] = dashboards
    app.router.add_get(PATH, dashboards.serve)
    app.on_shutdown.append(dashboards.shut)
    app.cleanup_ctx.append(beside)


__all__ = ["CALLCENTER", "mount"]
