"""Ways that lead a contact from queue to queue and back.

Some of them are walked at once (overflow, a full queue, no agent): a ring of those has no end, and is an error. One
that holds a wait is allowed, with a warning: a caller may be sent round it for ever.
"""

from collections.abc import Iterator

from cordpair.config.check import actions
from cordpair.config.model import Action, Config, Queue
from cordpair.config.problems import Path, Problems, show_path

Edges = dict[str, list[tuple[str, Path]]]  # queue → queue it sends to, and the key that says so


def check_loops(config: Config, problems: Problems) -> None:
    """Note each ring once, at the key that closes it."""
    at_once: Edges = {name: [] for name in config.queues}
    all_ways: Edges = {name: [] for name in config.queues}
    for name, queue in config.queues.items():
        for target, path, immediate in _ways(config, name, queue):
            all_ways[name].append((target, path))
            if immediate:
                at_once[name].append((target, path))
    reported = set()
    for path, ring in _rings(at_once):
        reported.update(ring)
        problems.error(path, f"leads round in a ring, without a wait: {_show(ring)}")
    for path, ring in _rings(all_ways):
        if not reported.intersection(ring):
            problems.warning(path, f"a contact may be sent round for ever: {_show(ring)}")


def _ways(config: Config, name: str, queue: Queue) -> Iterator[tuple[str, Path, bool]]:
    if queue.overflow is not None and queue.overflow.queue in config.queues:
        yield queue.overflow.queue, ("queues", name, "overflow"), True
    for key, action in actions(queue):
        target = _target(config, action)
        # A key that the caller presses is their own choice, every time.
        if target in config.queues and key[0] != "exit_keys":
            at_once = key[0] == "on_full" or (key[0] != "on_timeout" and queue.no_agent_after == 0)
            yield target, ("queues", name, *key), at_once


def _target(config: Config, action: Action) -> str:
    if action.service is not None and action.service in config.services:
        return config.services[action.service].queue
    return action.queue or ""


def _rings(edges: Edges) -> Iterator[tuple[Path, list[str]]]:
    """Depth first, without recursion: the edge that comes back to a queue on the way there closes a ring."""
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        way = [start]
        place = {start: 0}
        rest = [iter(edges[start])]
        while way:
            step = next(rest[-1], None)
            if step is None:
                done.add(way[-1])
                del place[way.pop()]
                rest.pop()
                continue
            target, path = step
            if target in place:
                yield path, way[place[target] :]
            elif target not in done:
                place[target] = len(way)
                way.append(target)
                rest.append(iter(edges[target]))


def _show(ring: list[str]) -> str:
    names = ring if len(ring) <= 8 else [*ring[:7], "…"]
    return " → ".join([*names, show_path((ring[0],))])


__all__ = ["check_loops"]
