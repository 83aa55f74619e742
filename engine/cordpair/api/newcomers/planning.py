"""The configuration with an agent more, or one less. Pure: what is wrong is told by the body's fields."""

import re
from typing import Any, NamedTuple

from cordpair.api.configuration.bodies import Tables
from cordpair.api.configuration.tables import used
from cordpair.api.newcomers.bodies import NewAgent, NewSeat
from cordpair.config import SHAPE, Config, InvalidConfiguration, Problem, to_raw
from cordpair.config.problems import show_path

ODD = re.compile(r"[^A-Za-z0-9_.-]")  # in a name of ours, and in no account's
LONGEST = 60  # of what a number is put behind


class Joined(NamedTuple):
    """``seat``: where they sit; ``is_new``: made with them."""

    config: Config
    seat: str | None
    is_new: bool


def joined(present: Config, wish: NewAgent) -> Joined:
    """Raises InvalidConfiguration, with paths of the body."""
    raw: Tables = to_raw(present, SHAPE)
    agents, seats = raw.setdefault("agents", {}), raw.setdefault("seats", {})
    if wish.name in agents:
        raise InvalidConfiguration("", [Problem("name", "there is an agent of that name already")])
    seat = wish.seat if isinstance(wish.seat, str) else None
    if isinstance(wish.seat, NewSeat):
        if wish.seat.name in seats:
            raise InvalidConfiguration("", [Problem("seat.name", "there is a seat of that name already")])
        seat = wish.seat.name or _free(_seat_name(wish.name, wish.seat), seats)
        seats[seat] = _new_seat(wish.name, wish.seat, present)
    agents[wish.name] = _agent(wish, seat)
    try:
        config = used(raw)
    except InvalidConfiguration as error:
        raise InvalidConfiguration("", [_of_body(each, wish.name, seat) for each in error.problems]) from None
    return Joined(config, seat, isinstance(wish.seat, NewSeat))


def left(present: Config, agent: str, *, keep_seat: bool) -> Config:
    """Without the agent. Their seat goes with them when its account is the engine's, and it is nobody else's. Raises
    KeyError, InvalidConfiguration."""
    raw: Tables = to_raw(present, SHAPE)
    gone = present.agents[agent]
    del raw["agents"][agent]
    _without(raw, ("calls", "caller_ids", "agents"), agent)
    seat = present.seats.get(gone.seat or "")
    theirs = seat is not None and (seat.account or seat.browser)
    shared = any(each.seat == gone.seat for name, each in present.agents.items() if name != agent)
    if theirs and not shared and not keep_seat:
        del raw["seats"][gone.seat]
        macs = raw.get("adapters", {}).get("cti", {}).get("macs", {})
        for mac in [mac for mac, at in macs.items() if at == gone.seat]:
            del macs[mac]
    return used(raw)


def _agent(wish: NewAgent, seat: str | None) -> dict[str, Any]:
    given: dict[str, Any] = {
        "shown_as": wish.shown_as.strip(),
        "number": wish.number,
        "seat": seat,
        "skills": wish.skills,
        "queues": wish.queues if isinstance(wish.queues, dict) else {queue: {} for queue in wish.queues},
    }
    return {key: value for key, value in given.items() if value}


def _seat_name(agent: str, new: NewSeat) -> str:
    """A browser's seat is named after the agent, a phone's after its account."""
    return f"{agent[:LONGEST]}-web" if new.new == "browser" else ODD.sub("-", new.endpoint) or agent


def _new_seat(agent: str, new: NewSeat, present: Config) -> dict[str, Any]:
    stem = ODD.sub("-", agent[:LONGEST]) + ("-web" if new.new == "browser" else "")
    made: dict[str, Any] = {"endpoint": new.endpoint or _free(stem, {seat.endpoint for seat in present.seats.values()})}
    if new.node is not None:
        made["node"] = new.node
    made["browser" if new.new == "browser" else "account"] = True
    return made


def _free(stem: str, taken: Any) -> str:
    free, number = stem, 2
    while free in taken:
        free, number = f"{stem[:LONGEST]}-{number}", number + 1
    return free


def _without(raw: Tables, path: tuple[str, ...], name: str) -> None:
    held: Any = raw
    for part in path:
        held = held.get(part, {})
    held.pop(name, None)


def _of_body(problem: Problem, agent: str, seat: str | None) -> Problem:
    """A path of the configuration as the field of the body that it comes from."""
    for entry, field in ((("agents", agent), "name"), (("seats", seat or ""), "seat")):
        whole = show_path(entry)
        if problem.path == whole:
            return Problem(field, problem.message, problem.severity)
        if problem.path.startswith(whole + "."):
            rest = problem.path[len(whole) + 1 :]
            return Problem(rest if field == "name" else f"{field}.{rest}", problem.message, problem.severity)
    return problem


__all__ = ["Joined", "joined", "left"]
