"""The dashboard as the slides show it: what its tables hold after the lines that it was sent."""

import json
from collections.abc import Iterable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import ContactEnd, OfferOutcome, VisitOutcome
from cordpair.acd.configuration import Agent, Configuration, Queue
from cordpair.ids import AgentId, ContactId, NodeId, OfferId, QueueId, VisitId
from cordpair.journal import Entry

QUEUE, NODE = QueueId("q-callcenter"), NodeId("n1")


class Dashboard:
    """``updateUI`` of the slides."""

    def __init__(self) -> None:
        self.calls: dict[str, Any] = {}
        self.agents: dict[str, Any] = {}
        self.connections: dict[str, Any] = {}
        self.stats: dict[str, Any] = {}
        self.others: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []

    def hear(self, text: bytes | str) -> None:
        for line in (text if isinstance(text, str) else text.decode()).split("\n"):
            if line:
                self.update(json.loads(line))

    def update(self, told: dict[str, Any]) -> None:
        self.told.append(told)
        match told["type"]:
            case "AGENT" if told["status"] == "LOGGEDOUT":
                self.agents.pop(told["agentid"], None)
            case "AGENT":
                self.agents[told["agentid"]] = told
            case "CALL" if told["status"] in ("HANGUP", "ABANDON"):
                self.calls.pop(told["id"], None)
                self.connections.pop(told["id"], None)
            case "CALL":
                self.calls[told["id"]] = told
            case "CONNECT":
                self.connections[told["id"]] = told
            case "STATS":
                self.stats = told
            case _:
                self.others.append(told)

    @property
    def shown(self) -> tuple[Any, ...]:
        return self.calls, self.agents, self.connections, self.stats


class Told:
    """A journal written by hand, in seconds after ``began``."""

    def __init__(self, began: int) -> None:
        self.began, self.entries = began, list[Entry]()
        agent = AgentId("98427456")
        centre = Configuration(revision=1, queues=(Queue(QUEUE),), agents=(Agent(agent, {}, ()),))
        self.agent = agent
        self.at(0, ev.ConfigurationApplied(centre))

    def at(self, second: int, *events: ev.Event) -> None:
        self.entries.append(Entry(len(self.entries) + 1, (self.began + second) * 1_000 + 500, inp.TimerDue(), events))

    def queued(self, second: int, name: str) -> None:
        contact, at = ContactId(name), (self.began + second) * 1_000
        arrived = ev.ContactArrived(contact, NODE, "voice", at)
        self.at(second, arrived, ev.VisitBegan(VisitId(name), contact, QUEUE, 1, at, at))

    def gave_up(self, second: int, name: str) -> None:
        ended = ev.ContactEnded(ContactId(name), ContactEnd.CALLER_HUNG_UP)
        self.at(second, ev.VisitEnded(VisitId(name), VisitOutcome.ABANDONED, 0), ended)

    def connected(self, second: int, name: str, slot: int = 0) -> None:
        contact, visit, offer = ContactId(name), VisitId(name), OfferId(name)
        self.at(second, ev.OfferMade(offer, 1, visit, contact, self.agent, slot, 0))
        self.at(
            second,
            ev.OfferEnded(offer, OfferOutcome.CONNECTED),
            ev.ContactConnected(contact, visit, offer, self.agent, 0),
            ev.VisitEnded(visit, VisitOutcome.CONNECTED, 0),
        )

    def talked(self, second: int, name: str, by: str = "caller", wrap_up_until: int | None = None) -> None:
        over = ev.ConnectionEnded(ContactId(name), self.agent, 0, by, wrap_up_until)
        self.at(second, over, ev.ContactEnded(ContactId(name), ContactEnd.CALLER_HUNG_UP))


def slides(began: int) -> list[Entry]:
    """What happened on the slide with the report file; it begins at 15:11:07."""
    told = Told(began)
    told.at(0, ev.AgentSignedIn(told.agent, None))
    told.queued(4, "a")
    told.at(12, ev.AgentBecameReady(told.agent))
    told.gave_up(19, "a")
    told.queued(32, "b")
    told.connected(35, "b")
    told.talked(47, "b")
    told.queued(61, "c")
    told.gave_up(62, "c")
    told.queued(66, "d")
    told.connected(68, "d")
    told.talked(75, "d")
    told.at(77, ev.AgentBecameNotReady(told.agent, "break"))
    told.at(126, ev.AgentSignedOut(told.agent))
    return told.entries


def lines_of(told: Iterable[dict[str, Any]]) -> list[str]:
    """Short: the type, and the status where there is one."""
    return [" ".join(filter(None, (each["type"], each.get("status")))) for each in told]
