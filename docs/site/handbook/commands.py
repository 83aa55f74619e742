"""Every command of the command line, from the very objects that parse it.

Typer's own classes, which are click's or not, depending on its version: only what both have is asked for.
"""

import re
from collections.abc import Iterator
from typing import Any

from handbook.markdown import code, table

Node = tuple[str, Any]  # "cordpair keys add", and the command

# What the record of an option ends with: "[default: 50; x>=1]", "[required]".
EXTRA = re.compile(r"\s*\[(?P<extra>(?:default:|required|env var:|\w*[<>=])[^\]]*)\]$")


def commands(name: str, root: Any) -> Iterator[Node]:
    """The command and all under it."""
    yield name, root
    for sub, command in getattr(root, "commands", {}).items():
        yield from commands(f"{name} {sub}", command)


def unexplained_options(name: str, root: Any) -> list[str]:
    """Commands, options and arguments without a help."""
    found = []
    for path, command in commands(name, root):
        if not (command.help or "").strip():
            found.append(path)
        found += [f"{path} {_first(each)}" for each in command.params if not (each.help or "").strip()]
    return found


def command_line(name: str, root: Any) -> str:
    return "\n".join(_command(path, command) for path, command in commands(name, root))


def _command(path: str, command: Any) -> str:
    context = command.make_context(path, [], resilient_parsing=True)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    text = f"## `{path}`\n\n```text\n{usage}\n```\n\n{_paragraphs(command.help or '')}\n"
    if getattr(command, "commands", None):
        text += "\nCommands: " + ", ".join(_link(path, sub) for sub in command.commands) + ".\n"
    records = [each.get_help_record(context) for each in command.params if not _is_help(each)]
    rows = [_row(*record) for record in records if record is not None]
    return text + ("\n" + table(("option", "what it does", "default"), rows) if rows else "")


def _link(path: str, sub: str) -> str:
    anchor = re.sub(r"[^\w\- ]", "", f"{path} {sub}").replace(" ", "-")
    return f"[`{sub}`](#{anchor})"


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(each.split()) for each in text.replace("\f", "").split("\n\n")) + "\n"


def _row(names: str, said: str) -> tuple[str, str, str]:
    extra = EXTRA.search(said)
    if extra is None:
        return code(names), said, ""
    told = extra["extra"].removeprefix("default: ")
    return code(names), said[: extra.start()], told if told == "required" else code(told)


def _first(option: Any) -> str:
    return str(option.opts[0])


def _is_help(option: Any) -> bool:
    return "--help" in option.opts


__all__ = ["command_line", "commands", "unexplained_options"]
