"""A centre whose customers press a button on a page: queues, agents, and the browsers as a test speaks for them."""

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import Service, Web
from cordpair.ids import ContactId, LegId, NodeId, QueueId, ServiceId

WITHIN, GRACE = 20_000, 30_000


def floor_with(*ready: str, others: tuple = (), web: Web | None = None, **options: object) -> Floor:
    agents = (agent("ann", {"video": 1}, ("help", "more", "chat")), agent("bob", {}, ("help", "more")))
    queues = (queue("help", **options), queue("more"), queue("chat", medium="chat"), *others)
    services = tuple(Service(ServiceId(name), QueueId(name), dialled=(name,)) for name in ("help", "more"))
    web = web or Web(WITHIN, GRACE, contexts=("door",))
    return Floor(centre(queues, agents, services=services, web=web), ready)


def press(floor: Floor, page: str = "web-1", media: str = "audio", **options: object) -> ContactId:
    options.setdefault("queue", QueueId("help"))
    made = floor.receive(inp.WebArrived(page, NODE, media, floor.now, **options))  # type: ignore[arg-type]
    assert made.refusal is None
    return next(event.contact for event in made.events if isinstance(event, ev.ContactArrived))


def call(floor: Floor, page: str = "web-1", context: str = "door", node: NodeId = NODE) -> LegId:
    floor.calls += 1
    leg = LegId(f"door-{floor.calls}")
    floor.receive(inp.LegArrived(leg, node, "help", floor.now, context=context, endpoint="door", context_id=page))
    return leg


def told(floor: Floor) -> list[str]:
    return [event.contact for event in floor.all(ev.CallInvited)]


def outcomes(floor: Floor) -> list[str]:
    return [event.outcome.value for event in floor.all(ev.OfferEnded)]
