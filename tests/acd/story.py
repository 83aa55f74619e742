"""A shift that depends on a seed and on nothing else. Run as a program it prints the hash of its journal and state."""

import hashlib
import random
import sys

import msgspec

from acd.centre import BUSY_CENTRE, NODE
from acd.floor import Floor
from cordpair.acd import State
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.ids import AgentId, LegId, QueueId

AGENTS = [agent.agent for agent in BUSY_CENTRE.agents]
DIALLED = [queue.queue for queue in BUSY_CENTRE.queues if queue.medium == "voice"]


def story(seed: int, steps: int = 300) -> Floor:
    draw = random.Random(seed)
    floor = Floor(BUSY_CENTRE, AGENTS[:3], seed)
    for number in range(steps):
        state = floor.acd.state
        what = draw.randrange(8)
        if what < 2:
            leg, last = LegId(f"s-{number}"), AgentId(draw.choice(AGENTS))
            floor.receive(inp.LegArrived(leg, NODE, draw.choice(DIALLED), floor.now, last_agent=last))
        elif what == 2:
            floor.ready(draw.choice(AGENTS))
        elif what == 3:
            floor.receive(inp.TaskArrived("", QueueId("chat"), "chat", floor.now))
        elif what == 4:
            floor.wait(draw.choice([10, 1_000, 7_000]))
        elif state.offers:
            offer = state.offers[sorted(state.offers)[draw.randrange(len(state.offers))]]
            if offer.leg is None:
                floor.receive(inp.AcceptOffer(offer.offer))
            elif (
                what == 5
                and not offer.answered
                and len([o for o in state.offers.values() if o.agent == offer.agent]) == 1
            ):
                floor.answers(offer.agent)
            else:
                floor.receive(inp.LegEnded(offer.leg, draw.choice([Cause.BUSY, Cause.REJECTED])))
        elif state.contacts:
            floor.receive(inp.EndContact(draw.choice(sorted(state.contacts))))
    return floor


def digest(state: State) -> str:
    return hashlib.sha256(msgspec.json.encode(state, order="deterministic")).hexdigest()


def journal_digest(floor: Floor) -> str:
    return hashlib.sha256(msgspec.json.encode([(at, events) for at, _, events in floor.journal])).hexdigest()


if __name__ == "__main__":
    told = story(int(sys.argv[1]))
    print(journal_digest(told), digest(told.acd.state))
