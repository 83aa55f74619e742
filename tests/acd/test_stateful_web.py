"""Anything that can happen when customers in browsers wait among callers."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from msgspec.structs import replace

from acd.centre import BUSY_CENTRE
from acd.test_stateful import QUEUES, Shift
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Configuration, Queue, Web, WebMode
from cordpair.acd.events import CallInvited, OfferEnded, VisitBegan
from cordpair.acd.model import LegRole
from cordpair.ids import ContactId, LegId, NodeId, QueueId, ServiceId

MODES: list[dict[str, Any]] = [
    {},
    {"web": WebMode.CALL_FIRST, "web_retries": 2},
    {"web_accept": True, "audio_after_ms": 4_000, "on_no_show": QueueId("chat")},
    {"web_retries": 0, "on_no_show": QueueId("chat")},
]


def on_the_web(one: Configuration) -> Configuration:
    """The same centre with web pages: its queues let browsers wait in one way or another."""
    modes = MODES if any(each.queue == "chat" and each.medium != "voice" for each in one.queues) else MODES[:2]
    queues: tuple[Queue, ...] = tuple(replace(each, **modes[n % len(modes)]) for n, each in enumerate(one.queues))
    agents = tuple(
        replace(each, skills={**each.skills, "video": 5}) if n % 2 else each for n, each in enumerate(one.agents)
    )
    seats = tuple(replace(each, browser=n % 2 == 0) for n, each in enumerate(one.seats))
    web = Web(call_within_ms=8_000, grace_ms=10_000, contexts=("door",))
    return replace(one, queues=queues, agents=agents, seats=seats, web=web)


class Browsers(Shift):
    centre = on_the_web(BUSY_CENTRE)

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[str] = []  # context ids, of those who left too
        self.places: dict[str, int] = {}

    def _changed(self, change: str | None) -> Configuration:
        return on_the_web(super()._changed(change))

    def _receive(self, given: inp.Input) -> str | None:
        at = len(self.journal)
        refusal = super()._receive(given)
        for event in [each for _, _, events in self.journal[at : at + 1] for each in events]:
            if type(event) is VisitBegan:
                self.places[event.visit] = event.enqueued_at
            elif type(event) is CallInvited:
                visit = self.acd.state.visits.get(event.visit)
                assert visit is None or visit.enqueued_at == self.places[event.visit]
            elif type(event) is OfferEnded and event.outcome.value == "no_show":
                assert event.failures is None and event.not_before is None and not event.exclude
        return refusal

    # ------------------------------------------------------------ customers

    @rule(
        queue=st.sampled_from([*QUEUES, "chat", "nowhere"]),
        media=st.sampled_from(["audio", "audio", "video", "telepathy"]),
        levels=st.sampled_from([{}, {}, {"english": 3}]),
        service=st.booleans(),
    )
    def open_page(self, queue: str, media: str, levels: dict[str, int], service: bool) -> None:
        self.calls += 1
        page = f"web-{self.calls}"
        to_service, to_queue = (ServiceId(queue), None) if service else (None, QueueId(queue))
        given = inp.WebArrived(page, NodeId("main"), media, self.now, to_service, to_queue, levels)
        refusal = self._receive(given)
        if refusal is None:
            self.pages.append(page)

    @rule(queue=st.sampled_from(QUEUES), media=st.sampled_from(["audio", "video"]))
    def press_and_call(self, queue: str, media: str) -> None:
        """Chance alone brings too few to an agent."""
        self.open_page(queue, media, {}, True)
        self.call_if_told(at_once=True)

    @rule(queue=st.sampled_from(QUEUES), cause=st.sampled_from([Cause.LOST, Cause.NORMAL]), again=st.booleans())
    def call_and_lose_it(self, queue: str, cause: Cause, again: bool) -> None:
        """A phone rings, or there is music; then the customer's call is gone, by the network or by a new page."""
        self.press_and_call(queue, "audio")
        contacts = self.acd.state.contacts
        for page, contact in list(self.acd.state.sessions.items()):
            leg = contacts[contact].leg
            if again:
                self._receive(inp.BrowserBack(page, in_call=False))
            elif leg in self.switch.legs:
                self.switch.end(leg, cause)
        self._deliver_all()
        self.wait(8_000)

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), what=st.sampled_from(["gone", "gone", "back", "reload", "left"]))
    def browser(self, data: st.DataObject, what: str) -> None:
        page = data.draw(st.sampled_from(self.pages))
        does: dict[str, inp.WebInput] = {
            "gone": inp.BrowserGone(page),
            "back": inp.BrowserBack(page),
            "reload": inp.BrowserBack(page, in_call=False),
            "left": inp.WebLeft(page),
        }
        known = page in self.acd.state.sessions
        assert (self._receive(does[what]) is None) == known

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), on=st.booleans())
    def share(self, data: st.DataObject, on: bool) -> None:
        page = data.draw(st.sampled_from(self.pages))
        contact = self.acd.state.sessions.get(page)
        assert (self._receive(inp.PageShared(page, on)) is None) == (contact is not None)
        assert contact is None or self.acd.state.contacts[contact].shared is on

    @rule(queue=st.sampled_from(QUEUES[2:4]))
    def never_calls(self, queue: str) -> None:
        """Told again and again: then closed, or a task in its place, which has waited as long."""
        self.open_page(queue, "audio", {}, True)
        page = f"web-{self.calls}"
        for _ in range(4):
            self.wait(8_000)
        task = self.acd.state.tasks.get(f"call-back:{page}")
        if task is not None:
            assert page not in self.acd.state.sessions and self.acd.state.contacts[task].origin is not None

    def _told(self) -> list[str]:
        contacts = self.acd.state.contacts.values()
        return [row.context_id for row in contacts if row.call_until is not None]

    @precondition(lambda self: self._told())
    @rule(at_once=st.booleans())
    def call_if_told(self, at_once: bool) -> None:
        for page in self._told():
            self._calls(page)
        if at_once:
            self._deliver_all()

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), context=st.sampled_from(["door", "door", "trunk"]), forged=st.booleans())
    def call_untold(self, data: st.DataObject, context: str, forged: bool) -> None:
        """Used, unknown, too early, too late, or from elsewhere: refused, unless it is awaited."""
        page = data.draw(st.sampled_from(self._told() or self.pages))
        if forged and context == "door":
            page = f"{page}-forged"
        self._deliver_all()
        web, awaited = page in self.acd.state.sessions or context == "door", page in self._told() and context == "door"
        leg, linked = self._calls(page, context), self.switch.linked
        self._deliver_all()
        if web and not awaited and linked:
            row = self.acd.state.legs.get(leg)
            assert row is None or row.role is LegRole.ORPHAN

    def _calls(self, page: str, context: str = "door") -> LegId:
        self.calls += 1
        leg = LegId(f"in-{self.calls}")
        self.switch.call(
            inp.LegArrived(leg, self.switch.node, "help", self.now, context=context, endpoint="door", context_id=page)
        )
        return leg

    @precondition(lambda self: self._web_legs())
    @rule(data=st.data(), cause=st.sampled_from([Cause.NORMAL, Cause.LOST]))
    def call_ends(self, data: st.DataObject, cause: Cause) -> None:
        leg = data.draw(st.sampled_from(self._web_legs()))
        self._on(leg).end(leg, cause)

    def _web_legs(self) -> list[LegId]:
        legs = [row.leg for row in self.acd.state.contacts.values() if row.media and row.leg is not None]
        return [leg for leg in legs if any(leg in switch.legs for switch in self.switches)]

    # ------------------------------------------------------------ nobody is stuck

    @rule()
    def all_browsers_die(self) -> None:
        """Then every web contact goes within the grace."""
        for switch in self.switches:
            switch.link()
        self._deliver_all()
        for page in list(self.acd.state.sessions):
            self._receive(inp.BrowserGone(page))
        self._deliver_all()
        self.wait(35_000)
        self._deliver_all()
        self.wait(35_000)
        still = [ContactId(each) for each in self.acd.state.sessions.values()]
        assert still == []


TestBrowsers = Browsers.TestCase
TestBrowsers.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
