"""A FreeSWITCH of the lab's, without an engine: what `dialplans/freeswitch` promises."""

from collections.abc import AsyncIterator

import pytest_asyncio

from lab.event_socket import EventSocket
from lab.freeswitch import FreeSwitchLab
from lab.strangers import Stranger

WAIT_SECONDS = 3
SEATS = ("sofia::register", "sofia::unregister", "sofia::expire", "sofia::sip_user_state")
CALLS = ("CHANNEL_PARK", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running() -> AsyncIterator[FreeSwitchLab]:
    """One for a whole module; it fails, and does not skip, where there is no FreeSWITCH."""
    # As quick as no operator would have them: registrations may be a second long.
    quick = {"phones": '<param name="sip-force-expires-min" value="1"/>'}
    async with FreeSwitchLab(agents=4, wait_seconds=WAIT_SECONDS, qualify=1, extra=quick) as lab:
        yield lab


@pytest_asyncio.fixture(loop_scope="module")
async def lab(running: FreeSwitchLab) -> AsyncIterator[FreeSwitchLab]:
    yield running
    await running.sipp.close()
    await running.hang_up_all()
    assert await running.until_empty() == (0, 0)


@pytest_asyncio.fixture(loop_scope="module")
async def events(lab: FreeSwitchLab) -> AsyncIterator[EventSocket]:
    connection = await lab.event_socket()
    await connection.subscribe(CALLS, SEATS)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stranger() -> AsyncIterator[Stranger]:
    party = await Stranger.open()
    yield party
    party.close()
