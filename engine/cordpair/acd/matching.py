"""Who is joined with whom. Looks only at what became possible since the last input; see ``index``.

One agent became free: they take the first contact of those they may serve, by tier, then by wait and weight.
Contacts arrived or several agents became free: contacts in their order each pick by their queue's strategy.
"""

from collections.abc import Collection
from typing import NamedTuple

from cordpair.acd.classes import Class
from cordpair.acd.configuration import Strategy
from cordpair.acd.draws import draw
from cordpair.acd.index import Index
from cordpair.acd.lines import NOBODY
from cordpair.acd.model import VisitRow
from cordpair.acd.strategies import IDLE, ORDER
from cordpair.ids import AgentId, VisitId


class Pair(NamedTuple):
    visit: VisitId
    agent: AgentId
    line: Class
    strategy: Strategy


def next_pair(index: Index) -> Pair | None:
    """The next offer to make, or None: then nothing is fresh any more and no eligible pair is left."""
    if len(index.fresh_agents) == 1 and not index.fresh_classes and not index.fresh_groups:
        (agent,) = index.fresh_agents
        pair = _for_agent(index, agent)
        if pair is None:
            index.fresh_agents.clear()
        return pair
    return _in_order(index)


# ---------------------------------------------------------------- which contact for an agent


def _for_agent(index: Index, agent: AgentId) -> Pair | None:
    place = index.profiles.place_of(agent)
    if place is None or not place.keys:
        return None
    best: tuple[int, int, int] | None = None
    for medium in place.keys:
        found = _best_class(index, agent, place.profile, medium)
        if found is not None and (best is None or found < best):
            best = found
    group = _first_group(index, agent, place.profile, place.keys)
    if group is not None and (best is None or group[:2] < best[:2]):
        found_class = index.groups[group[2]]
        return Pair(group[2], agent, found_class, _strategy(index, found_class))
    if best is None:
        return None
    chosen = index.classes.all[best[2]]
    assert chosen is not None
    visit = VisitId(chosen.line.name(index.classes.heads[chosen.number]))
    return Pair(visit, agent, chosen, _strategy(index, chosen))


def _best_class(index: Index, agent: AgentId, number: int, medium: str) -> tuple[int, int, int] | None:
    """The class to serve first as (tier, key − weight, class), over one medium."""
    profile, heads = index.profiles.all[number], index.classes.heads
    best: tuple[int, int, int] | None = None
    for tier, groups in profile.wide.get(medium, ()):
        for offset, classes in groups:
            first = min(classes, key=heads.__getitem__, default=None)
            if first is not None and heads[first] != NOBODY:
                found = (tier, heads[first] - offset, first)
                if best is None or found < best:
                    best = found
        if best is not None:
            break
    for narrow in index.classes.narrow_for(agent, profile):
        if narrow.key.medium == medium and heads[narrow.number] != NOBODY and _admits(narrow, agent):
            assignment = profile.by_queue[narrow.key.queue]
            found = (assignment.tier, heads[narrow.number] - (assignment.offset_ms << 32), narrow.number)
            best = found if best is None else min(best, found)
    return best


def _admits(found: Class, agent: AgentId) -> bool:
    return agent not in found.key.excluded and found.key.sticky in (None, agent)


def _first_group(index: Index, agent: AgentId, number: int, media: Collection[str]) -> tuple[int, int, VisitId] | None:
    """The first visit whose open group the agent may join, as (tier, key − weight, visit)."""
    profile, first = index.profiles.all[number], None
    for visit, found in index.groups.items():
        if (
            found.bits >> number & 1
            and found.key.medium in media
            and _admits(found, agent)
            and index.classes.is_open(found.key.node)
            and agent not in _alerted(index, visit)
        ):
            assignment = profile.by_queue[found.key.queue]
            each = (assignment.tier, index.cell.state.visits[visit].key - (assignment.offset_ms << 32), visit)
            first = each if first is None else min(first, each)
    return first


def _alerted(index: Index, visit: VisitId) -> set[AgentId]:
    state = index.cell.state
    return {state.offers[offer].agent for offer in state.visits[visit].offers}


# ---------------------------------------------------------------- which agent for a contact


def _in_order(index: Index) -> Pair | None:
    """Contacts in their order each pick. What cannot be served is dropped from the fresh."""
    classes, heads = index.classes, index.classes.heads
    work = {number for number in index.fresh_classes if classes.all[number] is not None and heads[number] != NOBODY}
    groups = set(index.fresh_groups)
    for agent in index.fresh_agents:
        place = index.profiles.place_of(agent)
        if place is not None and place.keys:
            _add_fitting(index, agent, place.profile, work, groups)
    ordered: list[tuple[int, int, VisitId | None]] = [(heads[number], number, None) for number in work]
    ordered += [(index.cell.state.visits[visit].key, -1, visit) for visit in groups]
    for _, number, visit in sorted(ordered, key=lambda item: item[0]):
        found = classes.all[number] if visit is None else index.groups[visit]
        assert found is not None
        chosen = visit or VisitId(found.line.name(heads[number]))
        picked = pick(index, found, index.cell.state.visits[chosen])
        if picked is not None:
            return Pair(chosen, picked, found, _strategy(index, found))
        index.fresh_classes.discard(number)
        if visit is not None:
            index.fresh_groups.discard(visit)
    index.fresh_agents.clear()
    index.fresh_classes.clear()
    index.fresh_groups.clear()
    return None


def _add_fitting(index: Index, agent: AgentId, number: int, work: set[int], groups: set[VisitId]) -> None:
    profile, heads = index.profiles.all[number], index.classes.heads
    for tiers in profile.wide.values():
        for _, by_offset in tiers:
            for _, there in by_offset:
                work.update(each for each in there if heads[each] != NOBODY)
    work.update(each.number for each in index.classes.narrow_for(agent, profile) if heads[each.number] != NOBODY)
    groups.update(visit for visit, found in index.groups.items() if found.bits >> number & 1)


def _strategy(index: Index, found: Class) -> Strategy:
    return index.cell.book.queues[found.key.queue].strategy


def pick(index: Index, found: Class, visit: VisitRow) -> AgentId | None:
    """The available agent whom the queue's strategy chooses for the visit, or None."""
    key = found.key
    if not index.profiles.available.get(key.medium) or not index.classes.is_open(key.node):
        return None
    skipped = set(key.excluded)
    if visit.offers:
        skipped |= _alerted(index, visit.visit)
    if key.sticky is not None:
        place = index.profiles.place_of(key.sticky)
        fits = place is not None and key.medium in place.keys and found.bits >> place.profile & 1
        return key.sticky if fits and key.sticky not in skipped else None
    strategy = _strategy(index, found)
    if strategy is Strategy.RANDOM:
        return _pick_random(index, found, skipped)
    order = ORDER[strategy]
    if found.by_score:
        for _, profiles in found.by_score:
            agent = _pick_first(index, key.medium, order, profiles, skipped)
            if agent is not None:
                return agent
        return None
    return _pick_first(index, key.medium, order, found.profiles, skipped)


def _pick_first(index: Index, medium: str, order: str, profiles: list[int], skipped: set[AgentId]) -> AgentId | None:
    heads, lines = index.profiles.heads[medium, order], index.profiles.lines[medium, order]
    first = min(profiles, key=heads.__getitem__, default=None)
    if first is None or heads[first] == NOBODY:
        return None
    agent = AgentId(lines[first].name(heads[first]))
    if agent not in skipped:
        return agent
    key, number = min((lines[number].first_outside(skipped), number) for number in profiles)
    return None if key == NOBODY else AgentId(lines[number].name(key))


def _pick_random(index: Index, found: Class, skipped: set[AgentId]) -> AgentId | None:
    lines = index.profiles.lines[found.key.medium, IDLE]
    if skipped:
        left = sorted({agent for number in found.profiles for agent in lines[number].in_order()} - skipped)
        return AgentId(left[int(_draw(index) * len(left))]) if left else None
    total = sum(len(lines[number]) for number in found.profiles)
    position = int(_draw(index) * total)
    heads = index.profiles.heads[found.key.medium, IDLE]
    for number in sorted(found.profiles, key=heads.__getitem__):  # not by number: that depends on history
        if position < len(lines[number]):
            return AgentId(lines[number].nth(position))
        position -= len(lines[number])
    return None


def _draw(index: Index) -> float:
    state = index.cell.state
    return draw(state.seed, 2 * state.numbers.get("offer", 0))


__all__ = ["Pair", "next_pair", "pick"]
