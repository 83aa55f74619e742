"""How trunks are, over an application of its own: an endpoint's events bring those of its channels along, which the
engine's application must not get twice."""

from collections.abc import AsyncIterator, Callable

from cordpair.pbx import Finding, LinkLost
from cordpair.pbx.diagnosis import of_trunks
from cordpair.pbx.trunks import TrunkSeen, TrunkStatus
from cordpair_asterisk.client import NOT_FOUND, OK, UNPROCESSABLE, AriClient
from cordpair_asterisk.config import Settings
from cordpair_asterisk.stamps import TECHNOLOGY
from cordpair_asterisk.translate import REPLACED
from cordpair_asterisk.wire import Event, Malformed, decode_device_state

CHANGED = "ContactStatusChange"
STATUSES = {"Reachable": TrunkStatus.UP, "Unreachable": TrunkStatus.DOWN, "Removed": TrunkStatus.DOWN}
# Of the device that Asterisk makes of an endpoint; one that it does not know is not there.
ABSENT = {"UNAVAILABLE", "INVALID", "UNKNOWN"}


async def observe(settings: Settings, cell: str, trunks: tuple[str, ...], tell: Callable[[TrunkSeen], None]) -> None:
    app = f"cordpair-{cell}-trunks"
    client = AriClient(settings, app)

    def receive(event: Event) -> None:
        if event.type == REPLACED:
            client.end("another engine looks after the trunks")
        contact = event.contact_info
        if event.type == CHANGED and contact is not None and contact.aor in trunks:
            status = STATUSES.get(contact.contact_status)
            if status is not None:
                took = round_trip(contact.roundtrip_usec) if status is TrunkStatus.UP else None
                tell(TrunkSeen(contact.aor, status, took))

    try:
        await client.connect()
        path = f"applications/{app}"
        allowed = {"allowed": [{"type": CHANGED}]}
        await client.request("PUT", f"{path}/eventFilter", "event filter of trunks", body=allowed)
        for trunk in trunks:
            source = {"eventSource": [f"endpoint:{TECHNOLOGY}{trunk}"]}
            accept = (UNPROCESSABLE, NOT_FOUND)
            await client.request("POST", f"{path}/subscription", f"watch {trunk}", body=source, accept=accept)
        for trunk in trunks:
            tell(TrunkSeen(trunk, await state(client, trunk)))
        client.read(receive)
        end = await client.ended
        raise LinkLost(f"{settings.shown}: {end.reason}")
    except Malformed as error:
        raise LinkLost(f"a reply that is not ARI's: {error}") from None
    finally:
        await client.close()


async def state(client: AriClient, trunk: str) -> TrunkStatus:
    """As Asterisk has it now: reachable, where any contact answered the last question."""
    reply = await client.get(f"deviceStates/{TECHNOLOGY[:-1]}%2F{trunk}", f"look at {trunk}", accept=(NOT_FOUND,))
    found = decode_device_state(reply.body).state if reply.status == OK else "INVALID"
    return TrunkStatus.DOWN if found in ABSENT else TrunkStatus.UP


async def findings(client: AriClient, trunks: tuple[str, ...]) -> AsyncIterator[Finding]:
    for finding in of_trunks({trunk: await state(client, trunk) is TrunkStatus.UP for trunk in trunks}):
        yield finding


def round_trip(microseconds: str) -> float | None:
    return int(microseconds) / 1_000 if microseconds.isascii() and microseconds.isdigit() else None


__all__ = ["findings", "observe", "state"]
