"""mod_callcenter's ``callcenter.conf.xml`` as a centre of ours."""

import re
from typing import Any, NamedTuple
from xml.parsers import expat

import msgspec

from cordpair.cli.importing.draft import GONE, Draft, levels_of, seconds, steps_for
from cordpair.config.model import Agent, Assignment, Misses, Pbx, Queue, Seat, Secret, Step, Strategy
from cordpair.config.problems import quote
from cordpair.errors import ConfigurationError

PBX = Pbx(url="freeswitch+esl://127.0.0.1:8021/", password=Secret(env="CORDPAIR_ESL_PASSWORD"))
STRATEGIES: dict[str, tuple[Strategy, str]] = {
    "longest-idle-agent": ("longest_idle", ""),
    "ring-all": ("ring_all", ""),
    "ring-progressively": ("ring_progressively", ""),
    "round-robin": ("round_robin", ""),
    "top-down": ("top_down", "the order is that of the agents in the whole file"),
    "sequentially-by-agent-order": ("top_down", "the order is that of the agents in the whole file"),
    "agent-with-least-talk-time": ("least_talk", ""),
    "agent-with-fewest-calls": ("fewest_calls", ""),
    "random": ("random", ""),
}
DAYS_S = 366 * 86_400
PHONE = re.compile(r"(?:\[[^\]]*\])?user/([^\s@/,|:]{1,128})(?:@\S+)?", re.ASCII)
DELAYS = {
    "reject-delay-time": "reject_delay",
    "busy-delay-time": "busy_delay",
    "no-answer-delay-time": "miss_delay",
}
NEVER = {
    "announce-sound": "callers are not told anything while they wait",
    "announce-frequency": "callers are not told anything while they wait",
    "record-template": "calls are not recorded by the queue",
    "tier-rule-no-agent-no-wait": "levels without an agent are waited for as any other",
}
SILENT = {"tier-rules-apply", "tier-rule-wait-second", "tier-rule-wait-multiply-level", "discard-abandoned-after"}
UNLESS = {
    "abandoned-resume-allowed": ("false", "who calls again begins anew; see sticky"),
    "agent-no-answer-status": ("On Break", "the agent becomes not ready"),
    "skip-agents-with-external-calls": ("true", "an agent whose phone talks is never rung"),
    "time-base-score": ("system", "the wait counts from the arrival at the centre, always"),
    "max-wait-time-with-no-agent-time-reached": ("5", "who comes then is turned away as who waits is"),
}


class Element(NamedTuple):
    name: str
    line: int
    fields: dict[str, str]
    params: dict[str, tuple[str, int]]


def import_callcenter(content: bytes) -> Draft:
    """Raises ConfigurationError when it is not XML."""
    draft = Draft()
    draft.pbx["main"] = PBX
    elements = _read(content, draft)
    ranks: dict[str, dict[str, int]] = {}
    for tier in (each for each in elements if each.name == "tier"):
        queue, level = tier.fields.get("queue", ""), tier.fields.get("level", "1")
        if not level.isascii() or not level.isdigit() or not 1 <= int(level[:9]) <= 10**6:
            draft.note(tier.line, f"tier: level {quote(level)} is taken as 1")
            level = "1"
        ranks.setdefault(queue, {})[tier.fields.get("agent", "")] = int(level)
    agents = [each for each in elements if each.name == "agent"]
    for each in agents:
        _agent(draft, each)
    _misses(draft, agents)
    known = {each.fields.get("name", ""): each.line for each in agents}
    for each in elements:
        if each.name == "queue":
            _queue(draft, each, ranks.pop(each.fields.get("name", ""), {}), known)
        elif each.name == "settings":
            for key, (value, line) in each.params.items():
                draft.note(line, f"settings: {quote(key)} = {quote(value)} is mod_callcenter's own")
    for queue in ranks:
        draft.note(0, f"tiers of queue {quote(queue)}: there is no such queue in the file")
    if any(each.name == "tier" and each.fields.get("position", "1") != "1" for each in elements):
        draft.note(0, "positions in tiers: the order of agents is that of the file, in every queue")
    if not draft.queues:
        draft.note(0, "there is no queue in the file")
    return draft


def _read(content: bytes, draft: Draft) -> list[Element]:
    """Queues, agents, tiers and settings with their lines. Entities of its own are refused: they grow without end."""
    found: list[Element] = []
    parser = expat.ParserCreate()

    def begin(name: str, fields: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if name in ("queue", "agent", "tier", "settings"):
            found.append(Element(name, line, fields, {}))
        elif name == "param" and found:
            found[-1].params[fields.get("name", "")] = (fields.get("value", ""), line)
        elif name.lower() == "x-pre-process":
            draft.note(line, "what is included must be imported by itself, with variables filled in")

    def refuse(*_: Any) -> None:
        raise ConfigurationError(f"line {parser.CurrentLineNumber}: a document type has no place in this file.")

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ConfigurationError(f"is not XML: {error}.") from error
    return found


def _agent(draft: Draft, element: Element) -> None:
    theirs, contact = element.fields.get("name", ""), element.fields.get("contact", "")
    name = draft.name("agent", theirs, element.line)
    seat = None
    found = PHONE.fullmatch(contact)
    if found is not None:
        seat = draft.name("seat", found[1], element.line)
        draft.seats[seat] = Seat(endpoint=found[1])
    if found is None or "[" in contact:
        why = "is no user of the directory: give the agent a seat" if found is None else "its variables are left out"
        draft.note(element.line, f"agent {name}: contact {quote(contact)}: {why}")
    if element.fields.get("type", "callback") != "callback":
        draft.note(element.line, f"agent {name}: type {quote(element.fields['type'])}: phones are always called")
    if element.fields.get("status", "Logged Out") != "Logged Out":
        draft.note(element.line, f"agent {name}: agents sign in by themselves; status is left out")
    wrap_up = _seconds(draft, element, "wrap-up-time")
    draft.agents[name] = Agent(seat=seat, wrap_up=wrap_up or None)


def _seconds(draft: Draft, element: Element, key: str) -> int:
    value = element.fields.get(key, "0")
    found = seconds(value, DAYS_S)
    if found is None:
        draft.note(element.line, f"{element.name} {key}: {quote(value)} is no number of seconds")
    return found or 0


def _misses(draft: Draft, agents: list[Element]) -> None:
    """They are the centre's here, not each agent's: the longest delay, and the least patience."""
    changes: dict[str, int] = {}
    for key, ours in DELAYS.items():
        values = {_seconds(draft, each, key) for each in agents if key in each.fields}
        if values:
            changes[ours] = max(values)
        if len(values) > 1:
            draft.note(0, f"{key} is not the same for all agents: the longest is taken, {max(values) // 1_000} s")
    limits = {_seconds(draft, each, "max-no-answer") // 1_000 for each in agents if "max-no-answer" in each.fields} - {
        0
    }
    if limits:
        changes["limit"] = min(*limits, 1_000)
    elif agents:
        changes["limit"] = 1_000  # never
    if len(limits) > 1:
        draft.note(0, f"max-no-answer is not the same for all agents: the least is taken, {min(limits)}")
    draft.misses = msgspec.structs.replace(Misses(), **changes)


def _queue(draft: Draft, element: Element, ranks: dict[str, int], known: dict[str, int]) -> None:
    theirs = element.fields.get("name", "")
    name, params = draft.name("queue", theirs, element.line), dict(element.params)

    def note(line: int, text: str) -> None:
        draft.note(line, f"queue {name}: {text}")

    def duration(key: str, default: int = 0, least: int = 0, most: int = DAYS_S) -> int:
        value, line = params.pop(key, (str(default), 0))
        found = seconds(value, most, least)
        if found is None:
            note(line, f"{key}: {quote(value)} is no number of seconds")
        return default * 1_000 if found is None else found

    wanted, line = params.pop("strategy", ("longest-idle-agent", 0))
    if wanted not in STRATEGIES:
        note(line, f"there is no strategy {quote(wanted)}")
    strategy, but = STRATEGIES.get(wanted, STRATEGIES["longest-idle-agent"])
    if but:
        note(line, f"strategy {wanted} is {strategy} here: {but}")
    music, line = params.pop("moh-sound", ("default", 0))
    if not re.fullmatch(r"\S{1,128}", music) or "$${" in music:
        note(line, f"moh-sound: {quote(music)} is no name of music; write what the variable stands for")
        music = "default"
    without_agent = duration("max-wait-time-with-no-agent")
    steps: tuple[Step, ...] = ()
    skill = f"{name}-tier"
    crew = {agent: rank for agent, rank in ranks.items() if agent in known}
    for agent in ranks.keys() - known.keys():
        note(element.line, f"a tier names agent {quote(agent)}, who is not in the file")
    levels = levels_of(crew)
    if len(levels) > 1:
        draft.skills[skill] = f"mod_callcenter's level in {name}: 10 for the first"
        strategy, steps = _tiers(params, strategy, skill, levels, lambda text: note(element.line, text))
    draft.queues[name] = Queue(
        strategy=strategy,
        steps=steps,
        max_wait=duration("max-wait-time") or None,
        on_no_agent_signed_in=GONE if without_agent else None,
        no_agent_after=without_agent,
        progress=duration("ring-progressively-delay", 5, 1, 600),
        music=music,
    )
    for agent, rank in crew.items():
        level = (skill, levels[rank]) if len(levels) > 1 else None
        draft.assign(draft.name("agent", agent, element.line), name, Assignment(), level)
    for key, (value, line) in params.items():
        fine, why = UNLESS.get(key, (None, NEVER.get(key, "is unknown")))
        if key not in SILENT and value != fine:
            note(line, f"{quote(key)} = {quote(value)}: {why}")


def _tiers(
    params: dict[str, tuple[str, int]], strategy: Strategy, skill: str, levels: dict[int, int], note: Any
) -> tuple[Strategy, tuple[Step, ...]]:
    """With tier rules, a level later and later; without, all at once, those of the lowest level first."""
    lowest = min(levels.values())
    if params.get("tier-rules-apply", ("false", 0))[0].lower() not in ("true", "yes", "on", "1"):
        note(f"levels: of equal ones the longest idle is chosen, not by {strategy}")
        return "best_skill", (Step(levels={skill: lowest}),)
    wait = seconds(params.get("tier-rule-wait-second", ("0", 0))[0], 86_400) or 0
    multiply = params.get("tier-rule-wait-multiply-level", ("false", 0))[0].lower() in ("true", "yes", "on", "1")
    due = [(0, max(levels.values()))]
    for rank in sorted(levels)[1:]:
        after = min(wait * (rank if multiply else 1), DAYS_S * 1_000)
        due.append((after, levels[rank]))
    return strategy, steps_for(skill, due, lowest)


__all__ = ["import_callcenter"]
