"""What is typed and must not be seen."""

import sys

import typer


def typed_password(name: str, *, stdin: bool) -> str:
    """Never an argument: other people on this machine can read those."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True))


__all__ = ["typed_password"]
