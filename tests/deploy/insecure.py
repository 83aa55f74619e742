"""What the lab must not do, line by line: the shortcuts of the older systems, and secrets that are written down."""

import re
from collections.abc import Iterator

SHORTCUTS = {
    "strangers register themselves": r"\bautocreatepeer\b",
    "calls without proof": r"\binsecure\s*=",
    "a door for everybody": r"endpoint_identifier_anonymous|allowguest\s*=\s*yes",
    "open to every network": (
        r"(\blisten\w*|\bbind\w*|listening-ip|relay-ip|_ip)\b[^\n#;]*[\"'=: ](0\.0\.0\.0|\[?::\]?)(?![\d.])"
    ),
    "a store without protection": r"protected-mode\s+no|\brequirepass\b",
    "whatever bears a name is ended": r"\b(killall|pkill)\b",
    "devices open to everybody": (
        r"\bchmod\s+(-R\s+)?(0?[0-7]?[0-7]{2}[2367]\b|[augo]*[ao]\S*\+\S*w)|mode:\s*[\"']?0?[0-7]?[0-7]{2}[2367]\b"
    ),
    "a screen open to everybody": r"\bxhost\b",
    "a shared or unchecked key": (
        r"StrictHostKeyChecking[= ]+no|insert_key\s*=\s*false|authorized_keys|BEGIN [A-Z ]*PRIVATE KEY"
    ),
    "a certificate that is not looked at": r"validate_certs:\s*(false|no)|curl\s([^\n]*\s)?(-k|--insecure)\b",
    "packages that nobody signed": r"trusted=yes|allow_unauthenticated|force-yes|--no-check-gpg",
    "a container that may do everything": r"privileged:\s*true|/var/run/docker\.sock",
}
# A name of a secret, and what is given for it.
SECRET = re.compile(
    r"(?<![\w/.-])(?:[\w-]*[_-])?(?:password|passwd|secret|token|key_?value)[\"']?\s*(?:[=:]|value=)\s*(?P<given>\S.*)$",
    re.IGNORECASE,
)
XML_SECRET = re.compile(r'name="[\w-]*password"\s+value="(?P<given>[^"]*)"')
# Given by a file, the environment, a template's look-up, a variable, or what a script has just made.
REFERENCE = re.compile(
    r"""^["'(]*\s*(\{\{|\{\s*(file|env)\b|\{source|ENV\b|%s|\$\$?[({\w]|lookup\b|lab_\w+|/|\[|\{condition|["']?\s*$)"""
)
COMMENT = re.compile(r"^\s*([#;]|//|<!--)")


def found(text: str) -> Iterator[tuple[int, str]]:
    """Number and kind of each line that must not be. Comments speak of things and do none."""
    for number, line in enumerate(text.splitlines(), 1):
        if COMMENT.match(line):
            continue
        for kind, pattern in SHORTCUTS.items():
            if re.search(pattern, line):
                yield number, kind
        for secret in (SECRET.search(line), XML_SECRET.search(line)):
            if secret is not None and not REFERENCE.match(secret["given"]):
                yield number, "a secret that is written down"


__all__ = ["found"]
