"""app_queue's ``queues.conf``, with the rules of ``queuerules.conf``, as a centre of ours."""

import re
from typing import NamedTuple

import msgspec

from cordpair.cli.importing.asterisk_conf import Pair, Section, read_conf
from cordpair.cli.importing.draft import GONE, Draft, levels_of, number, seconds, steps_for
from cordpair.cli.importing.unmapped import NEVER, NO, SILENT, UNLESS, YES
from cordpair.config.kinds import DAY_MS
from cordpair.config.model import Agent, Assignment, Misses, Pbx, Queue, Seat, Secret, Step, Strategy
from cordpair.config.problems import quote

GENERAL = "general"
PBX = Pbx(url="asterisk+ari://cordpair@127.0.0.1:8088/", password=Secret(env="CORDPAIR_ARI_PASSWORD"))
RING_MS = 15_000  # app_queue's own default for timeout
RETRY_MS = 5_000
WEIGHT_MS = 60_000  # the head start of one more weight
NEVER_MISSED = 1_000  # failures in a row: as good as no limit

STRATEGIES: dict[str, tuple[Strategy, str]] = {
    "ringall": ("ring_all", ""),
    "leastrecent": ("longest_idle", ""),
    "fewestcalls": ("fewest_calls", ""),
    "random": ("random", ""),
    "rrmemory": ("round_robin", ""),
    "roundrobin": ("round_robin", ""),
    "rrordered": ("round_robin", ""),
    "linear": ("top_down", "the order is that of the agents in the whole file"),
    "wrandom": ("random", "the penalties are no weights here"),
}
EMPTY_WORDS = {  # as parse_empty_options has them
    "strict": {"penalty", "paused", "invalid", "unavailable"},
    "loose": {"penalty", "invalid"},
}
RESTRICTIVE = {"penalty", "paused", "invalid"}
MUSIC = ("musicclass", "music", "musiconhold")
PHONE = re.compile(r"(?:PJSIP|SIP)/([^\s/@&,]{1,128})", re.IGNORECASE)


class Worker(NamedTuple):
    """A line ``member => …``."""

    agent: str
    penalty: int
    wrap_up_ms: int | None


def import_queues(text: str, rules: str = "") -> Draft:
    """Never fails: what is not understood is noted."""
    draft = Draft()
    draft.pbx["main"] = PBX
    conf = read_conf(text)
    for line, what in conf.strange:
        draft.note(line, f"{quote(what)} is not understood; files that are included must be imported by themselves")
    known_rules = _rules(draft, rules)
    pauses: dict[str, bool] = {}
    for section in conf.sections:
        if section.template:
            continue
        if section.name == GENERAL:
            for pair in section.pairs:
                _leftover(draft, pair)
        else:
            pauses[section.name] = _queue(draft, section, known_rules)
    if pauses:
        limit = 1 if any(pauses.values()) else NEVER_MISSED
        draft.misses = Misses(limit=limit)
        if len(set(pauses.values())) > 1:
            draft.note(0, "autopause is not the same in all queues: here one miss makes an agent not ready, in each")
    if not draft.queues:
        draft.note(0, "there is no queue in the file")
    return draft


class _Queue:
    """A section while it is read."""

    def __init__(self, draft: Draft, section: Section) -> None:
        self.draft = draft
        self.section = section
        self.name = draft.name("queue", section.name, section.line)
        self.last = {pair.key: pair for pair in section.pairs}  # of a key given twice the last one counts

    def take(self, *keys: str) -> Pair | None:
        found = [self.last.pop(key) for key in keys if key in self.last]
        return max(found, key=lambda pair: pair.line) if found else None

    def note(self, line: int, text: str) -> None:
        self.draft.note(line, f"[{self.section.name[:64]}] {text}")

    def duration(self, key: str, default: int, *, least: int = 0, most: int = 366 * 86_400) -> int:
        pair = self.take(key)
        if pair is None:
            return default
        found = seconds(pair.value, most, least)
        if found is None:
            self.note(pair.line, f"{key}: {quote(pair.value)} is no number of seconds")
            return default
        if found != seconds(pair.value, 10**9):
            self.note(pair.line, f"{key} = {quote(pair.value)} is {found // 1_000} s here")
        return found


def _queue(draft: Draft, section: Section, rules: dict[str, list[Pair]]) -> bool:
    """Whether it has autopause."""
    it = _Queue(draft, section)
    strategy = _strategy(it)
    ring_ms = it.duration("timeout", RING_MS, least=1, most=600)
    wrap_up_ms = it.duration("wrapuptime", 0)
    music = it.take(*MUSIC)
    if music is not None and not re.fullmatch(r"\S{1,128}", music.value):
        it.note(music.line, f"{music.key}: {quote(music.value)} is no name of music")
        music = None
    weight_ms = _weight(it)
    autopause = it.take("autopause")
    crew = _crew(it)
    levels = levels_of({each.agent: each.penalty for each in crew})
    strategy, steps = _order(it, strategy, ring_ms, levels, rules)
    signed_in, ready = _empty(it)
    skill = f"{it.name}-rank"
    if len(levels) > 1 or steps:
        draft.skills[skill] = f"app_queue's penalty in {it.name}: 10 for the lowest"
    draft.queues[it.name] = Queue(
        strategy=strategy,
        steps=steps,
        offer_timeout=ring_ms,
        wrap_up=wrap_up_ms,
        max_length=_length(it),
        on_no_agent_signed_in=GONE if signed_in else None,
        on_no_agent_ready=GONE if ready else None,
        music=music.value if music is not None else "default",
    )
    for each in crew:
        level = (skill, levels[each.penalty]) if skill in draft.skills else None
        draft.assign(each.agent, it.name, Assignment(offset=weight_ms, wrap_up=each.wrap_up_ms), level)
    for pair in sorted(it.last.values(), key=lambda pair: pair.line):
        _leftover(draft, pair, section.name)
    return autopause is not None and autopause.value.lower() not in NO


def _strategy(it: _Queue) -> Strategy:
    pair = it.take("strategy")
    if pair is None:
        return "ring_all"
    if pair.value.lower() not in STRATEGIES:
        it.note(pair.line, f"strategy: there is no {quote(pair.value)}; app_queue would ring all")
        return "ring_all"
    strategy, but = STRATEGIES[pair.value.lower()]
    if but:
        it.note(pair.line, f"strategy = {pair.value} is {strategy} here: {but}")
    return strategy


def _weight(it: _Queue) -> int:
    pair = it.take("weight")
    found = number(pair.value, 10**6) if pair is not None else 0
    if pair is not None and found is None:
        it.note(pair.line, f"weight: {quote(pair.value)} is no number")
    if pair is None or not found:
        return 0
    offset = min(found * WEIGHT_MS, DAY_MS)
    it.note(
        pair.line,
        f"weight = {found} is a head start of {offset // 1_000} s here; a queue that is always first is a tier",
    )
    return offset


def _length(it: _Queue) -> int | None:
    pair = it.take("maxlen")
    found = number(pair.value, 1_000_000) if pair is not None else 0
    if pair is not None and found is None:
        it.note(pair.line, f"maxlen: {quote(pair.value)} is no number")
    return found or None


# ---------------------------------------------------------------- agents


def _crew(it: _Queue) -> list[Worker]:
    it.last.pop("member", None)
    crew: dict[str, Worker] = {}
    for pair in it.section.pairs:
        if pair.key == "member":
            each = _worker(it, pair)
            if each is not None:
                crew[each.agent] = each
    return list(crew.values())


def _worker(it: _Queue, pair: Pair) -> Worker | None:
    interface, penalty, label, watched, busy, wrap_up, paused = ([*map(str.strip, pair.value.split(","))] + [""] * 7)[
        :7
    ]
    if not interface:
        it.note(pair.line, f"member: {quote(pair.value)} names nobody")
        return None
    agent = it.draft.name("agent", label or interface.rpartition("/")[2] or interface, pair.line)
    endpoint = PHONE.fullmatch(interface) or PHONE.fullmatch(watched)
    _seat(it, agent, label, interface, endpoint[1] if endpoint is not None else None, pair.line)
    rank = 0
    if penalty:
        found = re.match(r"-?\d{1,6}", penalty, re.ASCII)
        rank = max(0, int(found[0])) if found is not None else 0
        if found is None or str(rank) != penalty:
            it.note(pair.line, f"agent {agent}: penalty {quote(penalty)} is taken as {rank}")
    if busy and busy.lower() not in NO:
        it.note(pair.line, f"agent {agent}: an agent who talks is never rung")
    if paused and paused.lower() not in NO:
        it.note(pair.line, f"agent {agent}: every agent is not ready after signing in")
    own = seconds(wrap_up, 366 * 86_400) if wrap_up else None
    return Worker(agent, rank, own)


def _seat(it: _Queue, agent: str, label: str, interface: str, endpoint: str | None, line: int) -> None:
    draft, known = it.draft, agent in it.draft.agents
    if endpoint is None:
        if not known:
            draft.agents[agent] = Agent(shown_as=_shown(label))
        it.note(line, f"agent {agent}: {quote(interface)} is no phone of PJSIP: give the agent a seat")
        return
    seat = draft.name("seat", endpoint, line)
    draft.seats[seat] = Seat(endpoint=endpoint)
    if known and draft.agents[agent].seat not in (None, seat):
        it.note(line, f"agent {agent}: has another phone elsewhere in the file; {quote(interface)} is left out")
    elif known:
        draft.agents[agent] = msgspec.structs.replace(draft.agents[agent], seat=seat)
    else:
        draft.agents[agent] = Agent(seat=seat, shown_as=_shown(label))


def _shown(label: str) -> str:
    return "".join(c for c in label[:200] if c.isprintable())


# ---------------------------------------------------------------- penalties


def _order(
    it: _Queue, strategy: Strategy, ring_ms: int, levels: dict[int, int], rules: dict[str, list[Pair]]
) -> tuple[Strategy, tuple[Step, ...]]:
    """The lower the penalty, the sooner. By a rule: as it opens the queue. Else at once, the best of those free first;
    but who rings all rings those of one penalty after those of the one below."""
    skill, lowest = f"{it.name}-rank", min(levels.values(), default=1)
    rule = it.take("defaultrule")
    if rule is not None and rule.value not in rules:
        it.note(rule.line, f"defaultrule: {quote(rule.value)} is in no queuerules.conf that was given; see --rules")
    elif rule is not None and levels:
        return strategy, _rule_steps(it, rule.line, skill, levels, rules[rule.value])
    if len(levels) < 2:
        return strategy, ()
    if strategy == "ring_all":
        stages = sorted(levels.values(), reverse=True)
        due = [(place * (ring_ms + RETRY_MS), level) for place, level in enumerate(dict.fromkeys(stages))]
        it.note(it.section.line, "penalties: those of the next are rung after one ring, not as soon as none is free")
        return strategy, steps_for(skill, due, lowest)
    if strategy != "longest_idle":
        it.note(it.section.line, f"penalties: of equal ones the longest idle is chosen, not by {strategy}")
    return "best_skill", (Step(levels={skill: lowest}),)


def _rule_steps(it: _Queue, line: int, skill: str, levels: dict[int, int], rule: list[Pair]) -> tuple[Step, ...]:
    """Begins with those of the lowest penalty: what QUEUE_MAX_PENALTY is at first, only the dialplan knows."""
    limit = min(levels)
    due = [(0, levels[limit])]
    it.note(line, f"penalties: QUEUE_MAX_PENALTY is taken to be {limit} at first")
    for pair in rule:
        after, change, *others = [*map(str.strip, pair.value.split(",")), "", "", ""][:4]
        after_ms = seconds(after, 366 * 86_400)
        if after_ms is None:
            it.note(line, f"queuerules.conf:{pair.line}: {quote(pair.value)} begins with no number of seconds")
            continue
        if any(others):
            it.note(line, f"queuerules.conf:{pair.line}: {quote(pair.value)}: only the maximum is kept")
        found = re.fullmatch(r"([+-]?)(\d{1,6})", change, re.ASCII)
        if found is None:
            continue
        limit = {"": 0, "+": limit, "-": limit}[found[1]] + (-1 if found[1] == "-" else 1) * int(found[2])
        fitting = [level for rank, level in levels.items() if rank <= limit]
        due.append((after_ms, min(fitting, default=max(levels.values()))))
    return steps_for(skill, due, min(levels.values()))


def _rules(draft: Draft, text: str) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = {}
    for section in read_conf(text).sections:
        if section.name != GENERAL:
            found[section.name] = [pair for pair in section.pairs if pair.key == "penaltychange"]
    return found


# ---------------------------------------------------------------- the rest


def _empty(it: _Queue) -> tuple[bool, bool]:
    """Whether callers leave when nobody is signed in, and when nobody is ready."""
    join, leave = it.take("joinempty"), it.take("leavewhenempty")
    wanted = [_conditions(it, pair, joining=pair.key == "joinempty") for pair in (join, leave) if pair is not None]
    either = set[str]().union(*wanted)
    if either:
        given = [pair for pair in (join, leave) if pair is not None]
        first = next(pair for pair, found in zip(given, wanted, strict=True) if found)
        it.note(
            first.line, "an empty queue: callers are hung up on, for where the dialplan goes on is not in this file"
        )
        if len(wanted) < 2 or bool(wanted[0]) != bool(wanted[1]):
            it.note(first.line, "joinempty and leavewhenempty: one rule, for who comes and who waits already")
        if either & {"inuse", "ringing", "wrapup"}:
            it.note(first.line, "an empty queue: agents who talk, ring or wrap up are there; they count as ready")
    return bool(either), "paused" in either


def _conditions(it: _Queue, pair: Pair, *, joining: bool) -> set[str]:
    found: set[str] = set()
    for word in (each.strip().lower() for each in pair.value.split(",")):
        if word in EMPTY_WORDS:
            found |= EMPTY_WORDS[word]
        elif word in (NO if joining else YES):
            found |= RESTRICTIVE
        elif word in ("paused", "penalty", "inuse", "ringing", "unavailable", "invalid", "unknown", "wrapup"):
            found.add(word)
        elif word not in YES | NO:
            it.note(pair.line, f"{pair.key}: {quote(word)} is unknown")
    return found


def _leftover(draft: Draft, pair: Pair, section: str = GENERAL) -> None:
    """A key that no queue of ours has."""
    if pair.key in SILENT:
        return
    fine, why = UNLESS.get(pair.key, (frozenset(), NEVER.get(pair.key, "is unknown")))
    if pair.value.lower() not in fine and not (pair.key in NEVER and not pair.value):
        draft.note(pair.line, f"[{section[:64]}] {pair.key[:64]} = {quote(pair.value)}: {why}")


__all__ = ["import_queues"]
