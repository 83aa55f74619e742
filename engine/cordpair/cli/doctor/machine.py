"""The machine that the doctor runs on: names and limits."""

import resource
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cordpair.pbx import Finding
from cordpair.pbx.diagnosis import error, good, warning

# A PBX that looks a name up for each call stalls for so long; what a healthy resolver needs is a hundredth of it.
SLOW_S = 0.5
PATIENCE_S = 5.0
# Files of the engine itself: journal, store, libraries, connections to a PBX; and for each agent a phone, a desktop
# and a margin of two.
OWN_FILES, FILES_PER_AGENT = 256, 4


def names(urls: Mapping[str, str]) -> list[Finding]:
    """This machine's name, and those in the URLs of PBXs. ``urls`` hold secrets: only their hosts are shown."""
    found = []
    hosts = {node: _host(url) for node, url in urls.items()}
    local = [node for node, host in hosts.items() if host and _is_here(host)]
    found.append(_own_name(local))
    for node, host in hosts.items():
        if host and host != socket.gethostname():
            found.append(_pbx_name(node, host))
    away = [node for node, host in hosts.items() if host and node not in local]
    if away:
        what = f"whether {', '.join(away)} can resolve its own host name is not seen from here: run the doctor there"
        found.append(good("name", what))
    return found


def registrars(phones: Mapping[str, str]) -> list[Finding]:
    """The names that phones are told to register at, by node: as they resolve from here."""
    found = []
    for node, told in phones.items():
        address = told.partition(";")[0]
        host = _host(f"//{address}")
        if not host:
            continue
        took, trouble = resolve(host)
        if not trouble and took < SLOW_S:
            found.append(
                good("phones", f"{host}, where phones of pbx.{node} register, resolves in {took * 1000:.0f} ms")
            )
            continue
        what = f"{host}, where phones of pbx.{node} register, {trouble or f'takes {took:.1f} s to resolve'}"
        why = "a phone looks it up for whatever it does: to dial, to answer, to hang up, each waits for so long"
        mend = f"write the address in [pbx.{node}] phones, or mend the resolver that the phones ask, too"
        found.append(error("phones", what, why, mend))
    return found


def _own_name(local: list[str]) -> Finding:
    name = socket.gethostname()
    took, trouble = resolve(name)
    if not trouble and took < SLOW_S:
        return good("name", f"{name}, this machine's, resolves in {took * 1000:.0f} ms")
    what = f"{name}, this machine's own host name, {trouble or f'takes {took:.1f} s to resolve'}"
    mend = f"add {name} to the line of 127.0.0.1 in /etc/hosts"
    if local:
        why = "Asterisk looks it up for calls: each look-up stalls calls for seconds, under load they fail"
        return error("name", what, why, mend)
    return warning("name", what, "programs that ask for it wait, also those that log in here", mend)


def _pbx_name(node: str, host: str) -> Finding:
    took, trouble = resolve(host)
    if not trouble and took < SLOW_S:
        return good("name", f"{host}, of pbx.{node}, resolves in {took * 1000:.0f} ms")
    what = f"{host}, of pbx.{node}, {trouble or f'takes {took:.1f} s to resolve'}"
    why = "the engine cannot connect, or not in time after the link was lost"
    return error("name", what, why, "write the address in [pbx] url, add the name to /etc/hosts, or mend the resolver")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def resolve(host: str) -> tuple[float, str]:
    """How long it took, and what went wrong. A resolver may hang for longer than anybody waits."""
    answer: list[str] = []

    def ask() -> None:
        try:
            socket.getaddrinfo(host, None)
            answer.append("")
        except OSError as failed:
            answer.append(f"cannot be resolved ({failed.strerror})")

    began = time.monotonic()
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE_S)
    took = time.monotonic() - began
    return took, answer[0] if answer else f"cannot be resolved: no answer within {PATIENCE_S:.0f} s"


def _is_here(host: str) -> bool:
    """Whether the address is one of this machine's: then it can be bound to."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.bind(address)
    except OSError:
        return False
    return True


def open_files(journal: Path, agents: int) -> Finding:
    """Of the running engine where it can be seen, else of this shell."""
    whose, limit = _engine_limit(journal)
    if limit is None:
        whose, limit = "this shell", resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # the engine takes it all
    needed = OWN_FILES + FILES_PER_AGENT * agents
    if limit in (resource.RLIM_INFINITY, -1) or limit >= needed:
        return good("files", f"{whose} may open {'any number' if limit < 0 else limit}; {needed} are needed")
    return error(
        "files",
        f"{whose} may open {limit}; {needed} are needed for {agents} agents",
        "when they are used up, desktops, browsers and the PBX's link are refused",
        f"LimitNOFILE={max(needed, 65_536)} in the service's unit (`ulimit -n` for a shell)",
    )


def _engine_limit(journal: Path) -> tuple[str, int | None]:
    """The lock beside the journal holds the engine's process id."""
    try:
        process = journal.with_name(journal.name + ".lock").read_text(encoding="ascii").strip()
        limits = Path(f"/proc/{int(process)}/limits").read_text(encoding="ascii")
    except (OSError, ValueError):
        return "", None
    for line in limits.splitlines():
        if line.startswith("Max open files"):
            soft = line.split()[3]
            return f"the engine (process {process})", -1 if soft == "unlimited" else int(soft)
    return "", None


__all__ = ["SLOW_S", "names", "open_files", "registrars", "resolve"]
