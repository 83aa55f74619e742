"""What no single key shows: references, duplicates, and centres in which nobody would ever be served."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cordpair.config.check_adapters import check_adapters
from cordpair.config.check_calls import check_calls
from cordpair.config.check_reports import check_reports
from cordpair.config.check_trunks import check_trunks
from cordpair.config.model import Action, Config, Queue, Seat, Step
from cordpair.config.problems import Path, Problems, quote
from cordpair.config.web import ACCOUNT, check_web

# What an agent's phone may be told; a name in [prompts] that is neither this nor used anywhere is a typing error.
CODE_RESULTS = (
    "sign_in",
    "sign_out",
    "ready",
    "not_ready",
    "wrap_up_done",
    "refused",
    "unknown_agent",
    "wrong_code",
)


def check(config: Config, problems: Problems) -> None:
    """Note everything that is wrong between the keys of a file."""
    for rule in (
        _nodes,
        _queues,
        _services,
        _seats,
        _agents,
        _codes,
        _served,
        _prompts,
        _queue_log,
        check_web,
        check_adapters,
        check_calls,
        check_reports,
        check_trunks,
    ):
        rule(config, problems)
    _action(config, config.no_service, ("no_service",), problems)
    if config.no_service.hang_up is None:
        problems.error(("no_service",), "a call that no service takes can only be ended: write hang_up")


def actions(queue: Queue) -> Iterator[tuple[Path, Action]]:
    """Where a queue may send a contact, with the key that says so."""
    yield ("on_timeout",), queue.on_timeout
    yield ("on_full",), queue.on_full
    if queue.on_no_agent_signed_in is not None:
        yield ("on_no_agent_signed_in",), queue.on_no_agent_signed_in
    if queue.on_no_agent_ready is not None:
        yield ("on_no_agent_ready",), queue.on_no_agent_ready
    for key, action in queue.exit_keys.items():
        yield ("exit_keys", key), action


# ---------------------------------------------------------------- entity by entity


def _nodes(config: Config, problems: Problems) -> None:
    for name, pbx in config.pbx.items():
        for peer in pbx.peers:
            path: Path = ("pbx", name, "peers", peer)
            if peer == name:
                problems.error(path, "is the node itself: a trunk leads to another one")
            else:
                _refer(config.pbx, "pbx", peer, path, problems)
        same = next((other for other, each in config.pbx.items() if each.address == pbx.address), name)
        if pbx.address is not None and same != name:
            message = f"is the address of pbx.{same} too: a caller sent there could arrive at either"
            problems.error(("pbx", name, "address"), message)


def _queues(config: Config, problems: Problems) -> None:
    for name, queue in config.queues.items():
        path: Path = ("queues", name)
        _steps(config, queue.steps, (*path, "steps"), problems)
        for key, action in actions(queue):
            _action(config, action, (*path, *key), problems)
            for target in (action.queue, _queue_of(config, action.service)):
                _same_medium(config, queue.medium, target, (*path, *key), problems)
        if queue.overflow is not None:
            _refer(config.queues, "queue", queue.overflow.queue, (*path, "overflow", "queue"), problems)
            _same_medium(config, queue.medium, queue.overflow.queue, (*path, "overflow"), problems)
        if queue.max_wait == 0:
            problems.error((*path, "max_wait"), "nobody could wait; leave the key out for no limit")


def _services(config: Config, problems: Problems) -> None:
    earlier: list[tuple[str, Any]] = []
    for name, service in config.services.items():
        path: Path = ("services", name)
        _refer(config.queues, "queue", service.queue, (*path, "queue"), problems)
        _same_medium(config, "voice", service.queue, (*path, "queue"), problems)
        if service.steps is not None:
            _steps(config, service.steps, (*path, "steps"), problems)
        for other, before in earlier:
            if not (_covers(before.to, service.to) and _covers(before.contexts, service.contexts)):
                continue
            if _covers(before.dialled, service.dialled):
                problems.error(path, f"is never reached: services.{other} comes first and takes every such call")
                break
            for number in sorted(set(before.dialled) & set(service.dialled)):
                problems.error((*path, "dialled"), f"{quote(number)} is taken by services.{other}, which comes first")
        earlier.append((name, service))


def _seats(config: Config, problems: Problems) -> None:
    seen: dict[str, list[tuple[str, str | None]]] = {}
    joined = any(pbx.peers for pbx in config.pbx.values())
    for name, seat in config.seats.items():
        path: Path = ("seats", name)
        if joined and "@" in seat.endpoint:
            problems.error((*path, "endpoint"), "cannot be rung over a trunk, which is named after the '@'")
        if seat.account:
            _account(config, seat, path, problems)
        if seat.node is not None:
            _refer(config.pbx, "pbx", seat.node, (*path, "node"), problems)
        others = seen.setdefault(seat.endpoint, [])
        for other, node in others:
            if node is None or seat.node is None or node == seat.node:
                problems.error((*path, "endpoint"), f"{quote(seat.endpoint)} is the endpoint of seats.{other} already")
                break
        others.append((name, seat.node))
    accounts: dict[str, str] = {}
    for name, seat in config.seats.items():
        first = accounts.setdefault(seat.endpoint, name) if seat.account else name
        if first != name:
            message = f"is the account of seats.{first} already: each has a password of its own"
            problems.error(("seats", name, "endpoint"), message)


def _account(config: Config, seat: Seat, path: Path, problems: Problems) -> None:
    if seat.node is None and len(config.pbx) > 1:
        problems.error((*path, "node"), "is missing: of several PBXs, a phone registers with one")
    if seat.browser:
        problems.error((*path, "account"), "is for other phones: that of a browser is made when its agent signs in")
    if ACCOUNT.fullmatch(seat.endpoint) is None:
        problems.error((*path, "endpoint"), 'of an account has letters, digits and "_.-" only')


def _agents(config: Config, problems: Problems) -> None:
    held: dict[str, str] = {}
    for name, agent in config.agents.items():
        path: Path = ("agents", name)
        for skill in agent.skills:
            _refer(config.skills, "skill", skill, (*path, "skills", skill), problems)
        for queue in agent.queues:
            if _refer(config.queues, "queue", queue, (*path, "queues", queue), problems):
                medium = config.queues[queue].medium
                if medium not in agent.capacity:
                    problems.warning((*path, "queues", queue), f"has no effect: capacity has no {quote(medium)}")
        if not agent.queues:
            problems.warning(path, "works no queue, and will never be offered anything")
        if agent.seat is None:
            if "voice" in agent.capacity:
                problems.warning(path, "has no seat: a seat must be named at each sign-in")
        elif _refer(config.seats, "seat", agent.seat, (*path, "seat"), problems):
            first = held.setdefault(agent.seat, name)
            if first != name:
                message = f"is the seat of agents.{first} too: a code dialled there signs in {first}, never {name}"
                problems.warning((*path, "seat"), message)


def _codes(config: Config, problems: Problems) -> None:
    taken: dict[str, str] = {}

    def take(code: str, what: str, path: Path) -> None:
        other = taken.setdefault(code, what)
        if other != what:
            problems.error(path, f"{quote(code)} means {other} already")

    codes = config.phones.codes
    for action in ("sign_in", "sign_out", "ready", "wrap_up_done"):
        for code in getattr(codes, action):
            take(code, action, ("phones", "codes", action))
    for name, reason in config.reasons.items():
        if reason.digit is not None:
            for code in codes.not_ready:
                take(code + reason.digit, f"not_ready with reason {name}", ("reasons", name, "digit"))
    for name, agent in config.agents.items():
        if agent.number is not None:
            for code in codes.sign_in:
                take(code + agent.number, f"sign_in of agent {name}", ("agents", name, "number"))


def _prompts(config: Config, problems: Problems) -> None:
    used = set(CODE_RESULTS) | {queue.prompt for queue in config.queues.values()} | {config.no_service.prompt}
    used |= {action.prompt for queue in config.queues.values() for _, action in actions(queue)}
    for name, medium in config.prompts.items():
        if not medium:
            problems.error(("prompts", name), "is empty; write what the PBX calls it")
        if name not in used:
            near = problems.nearest(name, sorted(used - {""}))
            problems.warning(("prompts", name), f"nothing plays it{near}")


def _queue_log(config: Config, problems: Problems) -> None:
    """Each file has one writer."""
    wanted = config.queue_log
    taken = {config.store.path: "the store", config.journal.path: "the journal"}
    for key in ("file", "table"):
        path = getattr(wanted, key)
        if path is None:
            continue
        if not path or path in taken:
            what = f"is {taken[path]} already" if path else "is empty; leave the key out for none"
            problems.error(("queue_log", key), what)
        taken[path] = f"queue_log.{key}"
    if wanted.callers and wanted.file is None and wanted.table is None:
        problems.warning(("queue_log", "callers"), "has no effect: there is neither a file nor a table")


# ---------------------------------------------------------------- can anybody be served?


def _served(config: Config, problems: Problems) -> None:
    if not config.pbx and not problems.known(("pbx",)):
        problems.error(("pbx",), 'is missing: name at least one, for example [pbx.main] with url = "loopback:"')
    staff: dict[str, list[Mapping[str, int]]] = {name: [] for name in config.queues}
    for agent in config.agents.values():
        for worked, assignment in agent.queues.items():
            if worked in staff and assignment.active and config.queues[worked].medium in agent.capacity:
                staff[worked].append(agent.skills)
    entered = {service.queue for service in config.services.values()}
    for name, queue in config.queues.items():
        if name == config.calls.queue and name not in entered:
            continue  # its calls are placed by whom they are for
        if not staff[name]:
            problems.warning(("queues", name), "no agent works it")
        elif not _satisfiable(queue.steps, staff[name]):
            problems.warning(("queues", name, "steps"), _nobody(name))
    for name, service in config.services.items():
        workers = staff.get(service.queue)
        if workers and service.steps is not None and not _satisfiable(service.steps, workers):
            problems.warning(("services", name, "steps"), _nobody(service.queue))


def _satisfiable(steps: tuple[Step, ...], staff: list[Mapping[str, int]]) -> bool:
    return not steps or any(
        all(skills.get(skill, 0) >= level for skill, level in step.levels.items()) for step in steps for skills in staff
    )


def _nobody(queue: str) -> str:
    return f"no agent who works {queue} meets any of the steps: a contact would wait for ever"


# ---------------------------------------------------------------- parts


def _steps(config: Config, steps: tuple[Step, ...], path: Path, problems: Problems) -> None:
    for number, step in enumerate(steps):
        for skill in step.levels:
            _refer(config.skills, "skill", skill, (*path, number, "levels", skill), problems)
        if number == 0 and step.after:
            problems.error((*path, 0, "after"), "the first step applies at once: leave it out")
        elif number and step.after <= steps[number - 1].after:
            problems.error((*path, number, "after"), "steps must come later and later")


def _action(config: Config, action: Action, path: Path, problems: Problems) -> None:
    given = [name for name in ("queue", "service", "hang_up") if getattr(action, name) is not None]
    if len(given) != 1:
        what = " and ".join(given) if given else "none of them"
        problems.error(path, f"must have exactly one of queue, service, hang_up; it has {what}")
    if action.queue is not None:
        _refer(config.queues, "queue", action.queue, (*path, "queue"), problems)
    if action.service is not None:
        _refer(config.services, "service", action.service, (*path, "service"), problems)
    if action.prompt and action.hang_up is None:
        problems.error((*path, "prompt"), "is played before hanging up: it goes with hang_up only")


def _queue_of(config: Config, service: str | None) -> str | None:
    return config.services[service].queue if service in config.services else None


def _same_medium(config: Config, medium: str, target: str | None, path: Path, problems: Problems) -> None:
    if target in config.queues and config.queues[target].medium != medium:
        problems.error(path, f"queue {target} takes {config.queues[target].medium}, not {medium}")


def _refer(section: Mapping[str, Any], kind: str, name: str, path: Path, problems: Problems) -> bool:
    """Whether ``name`` exists in the section."""
    if name in section:
        return True
    place = kind if kind == "pbx" else f"{kind}s"
    if not problems.known((place,)):
        problems.error(path, f"there is no {kind} {quote(name)}{problems.nearest(name, section)}")
    return False


def _covers(wide: Iterable[str], narrow: Iterable[str]) -> bool:
    """Whether a match field takes everything that another takes. An empty one takes all."""
    wide, narrow = set(wide), set(narrow)
    return not wide or (bool(narrow) and narrow <= wide)


__all__ = ["CODE_RESULTS", "actions", "check"]
