"""Where the Asterisk of the lab comes from.

The machine's own `asterisk` if it is 20 or newer; else a private tree, built once by debootstrap and kept in
the cache: Debian sid's package, or Debian 11's when sid's cannot be had.

A tree is built under another name and renamed when it is complete, under a lock: what carries the final name
is whole.
"""

import argparse
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_OWN = 20
PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm", "ca-certificates", "python3")
# The name changes when what is put into a tree changes, so that an old cache is not taken for a new one.
RECIPE = "2"
MODULE_DIRECTORIES = ("usr/lib/*/asterisk/modules", "usr/lib/asterisk/modules", "usr/lib64/asterisk/modules")
DATA_DIRECTORIES = ("usr/share/asterisk", "var/lib/asterisk")


class NoAsterisk(Exception):
    """There is no Asterisk here and none can be made; the message is one line that says why."""


@dataclass(frozen=True)
class Tree:
    """An installed Asterisk: the machine's own (root is `/`) or a private one."""

    root: Path
    version: str
    modules: Path
    """The module directory, as seen inside the tree."""
    data: Path
    """The directory with documentation and sounds, as seen inside the tree."""

    @property
    def own(self) -> bool:
        return self.root == Path("/")

    @property
    def major(self) -> int:
        return _major(self.version)

    def inside(self, path: Path) -> Path:
        """A path of the tree as the machine sees it."""
        return self.root / path.relative_to("/")


def cache_directory() -> Path:
    given = os.environ.get("CORDPAIR_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cordpair"


def find(*, build: bool = True, private: bool = False) -> Tree:
    """The Asterisk to use; built if need be. `private` passes over the machine's own."""
    if not private:
        own = _own()
        if own is not None:
            return own
    cache = cache_directory()
    for suite in ("sid", "bullseye"):
        cached = _cached(cache / _name(suite))
        if cached is not None:
            return cached
    if not build:
        raise NoAsterisk("no Asterisk >= 20 on this machine and no private tree in the cache")
    return _build(cache)


def _own() -> Tree | None:
    binary = shutil.which("asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if binary is None:
        return None
    done = subprocess.run([binary, "-V"], capture_output=True, text=True, check=False)
    tree = _describe(Path("/"), done.stdout)
    return tree if tree is not None and tree.major >= OLDEST_OWN else None


def _cached(root: Path) -> Tree | None:
    version = root / "cordpair-version"
    return _describe(root, version.read_text(encoding="utf-8")) if version.is_file() else None


def _describe(root: Path, version_line: str) -> Tree | None:
    found = re.search(r"Asterisk (\S+)", version_line)
    modules = next((m for p in MODULE_DIRECTORIES for m in root.glob(p) if m.is_dir()), None)
    data = next((root / d for d in DATA_DIRECTORIES if (root / d / "documentation").is_dir()), None)
    if found is None or modules is None or data is None or _major(found[1]) == 0:
        return None
    return Tree(root, found[1], "/" / modules.relative_to(root), "/" / data.relative_to(root))


def _major(version: str) -> int:
    found = re.match(r"\d+", version)
    return int(found[0]) if found else 0


def _name(suite: str) -> str:
    return f"asterisk-{suite}-{RECIPE}"


def _mirrors() -> list[str]:
    """This machine's Debian mirrors, then debootstrap's own choice (an empty name)."""
    mirrors: list[str] = []
    sources = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for source in sources:
        if source.suffix not in (".list", ".sources") or not source.is_file():
            continue
        mirrors += re.findall(
            r"^(?:URIs:|deb(?: \[[^]]*\])?)\s+(https?://\S+?/debian)/?(?:\s|$)",
            source.read_text(errors="replace"),
            re.MULTILINE,
        )
    return list(dict.fromkeys([*mirrors, ""]))


def _build(cache: Path) -> Tree:
    if os.geteuid() != 0:
        raise NoAsterisk("building the private Asterisk tree needs root (debootstrap, chroot): run it as root")
    if shutil.which("debootstrap") is None:
        raise NoAsterisk("debootstrap is missing: apt-get install -y debootstrap")
    cache.mkdir(parents=True, exist_ok=True)
    with _lock(cache / "asterisk.lock"):
        for suite in ("sid", "bullseye"):
            tree = _cached(cache / _name(suite))
            if tree is not None:
                return tree
        _sweep(cache)
        said = ""
        for suite, mirror in _choices():
            print(f"building a private Asterisk tree from Debian {suite} (about a minute) ...", file=sys.stderr)
            tree, said = _bootstrap(cache, suite, mirror)
            if tree is not None:
                return tree
        raise NoAsterisk(f"no Asterisk tree could be built; debootstrap said: {said}")


def _choices() -> Iterator[tuple[str, str]]:
    for suite in ("sid", "bullseye"):
        for mirror in _mirrors():
            yield suite, mirror


def _bootstrap(cache: Path, suite: str, mirror: str) -> tuple[Tree | None, str]:
    """The built tree, or None and the last line of what debootstrap said."""
    unfinished = Path(tempfile.mkdtemp(prefix="building-", dir=cache))
    try:
        with (unfinished / "log").open("w+b") as log:
            command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
            root = unfinished / "tree"
            done = subprocess.run(
                [*command, suite, str(root), *([mirror] if mirror else [])],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            log.seek(0)
            lines = log.read().decode(errors="replace").strip().splitlines()
        if done.returncode != 0:
            return None, lines[-1] if lines else f"exit status {done.returncode}"
        return _finish(root, cache / _name(suite)), "the tree holds no working Asterisk"
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _finish(root: Path, final: Path) -> Tree | None:
    shown = subprocess.run(
        ["chroot", str(root), "/usr/sbin/asterisk", "-V"], capture_output=True, text=True, check=False
    ).stdout
    if _describe(root, shown) is None:
        return None
    for archive in (root / "var/cache/apt/archives").glob("*.deb"):
        archive.unlink()
    (root / "srv/lab").mkdir(parents=True, exist_ok=True)
    (root / "etc/hosts").touch()
    (root / "cordpair-version").write_text(shown)
    shutil.rmtree(final, ignore_errors=True)
    root.rename(final)
    return _cached(final)


def _sweep(cache: Path) -> None:
    """Remove what a killed build left; nobody builds while we hold the lock."""
    for left in cache.glob("building-*"):
        shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description="Find or build the Asterisk of the lab and print its version.")
    parser.add_argument("--private", action="store_true", help="pass over the machine's own Asterisk")
    private = parser.parse_args().private
    try:
        tree = find(private=private)
    except NoAsterisk as why:
        print(why, file=sys.stderr)
        return 1
    print(f"Asterisk {tree.version} in {tree.root}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
