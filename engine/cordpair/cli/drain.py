"""``cordpair drain``: asks the running engine to empty a PBX, or to use it again."""

from typing import Any

from rich.markup import escape

from cordpair.cli.asking import ask
from cordpair.cli.failures import fail, output
from cordpair.cli.settings import Settings


def drain(settings: Settings, node: str, *, stop: bool) -> None:
    nodes = settings.loaded.config.pbx
    if node not in nodes:
        raise fail(f"there is no node {node!r} in {settings.file}; there are: {', '.join(nodes)}")
    what = "stop-draining" if stop else "drain"
    found = ask(settings, "POST", f"/v1/nodes/{node}/{what}", what=what)
    output.print(escape(_words(found)))


def _words(node: dict[str, Any]) -> str:
    name, contacts, legs = node["id"], node["contacts"], node["legs"]
    if not node["draining"]:
        return f"{name} is {node['status']} and used"
    if node["drained"]:
        return f"{name} is drained: nothing of Cordpair's is left on it"
    left = f"{contacts} contacts and {legs} legs are left on it, {node['moving']} callers are on their way elsewhere"
    return f"{name} is draining: {left}"


__all__ = ["drain"]
