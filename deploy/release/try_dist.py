"""``make try-dist``: what `make dist` made, on bare Debians, until a call is taken. Needs root and minutes.

    source      a clean clone: the README's commands
    wheel       pipx, and the sdist: `cordpair run` outside of any repository
    deb         apt, on Debian 12 and 13; booted with systemd, from the first start to the purge; lintian
    asterisk    the package on a real Asterisk, with SIPp's callers and phones

The trees come from debootstrap and this machine's mirror, and are kept in the cache. The machine's own way to the
package indexes (PIP_… of the environment, its certificates) is handed into them, and stands in no file of ours.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.tree import _mirrors, cache_directory

ROOT = Path(__file__).parents[2]
TRIAL = Path(__file__).parent / "trial"
RECIPE = "1"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
HANDED_ON = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
SUITES = {"bookworm": "deb12", "trixie": "deb13"}
BOOTED_S = 400


class Failed(Exception):
    """Something is not as it should be; the message has what was said."""


class Tree:
    """A Debian of its own, on this machine's network."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, script: str, *, user: str = "root", expect: str = "") -> str:
        """What it says. Raises Failed when it does not succeed, or does not say ``expect``."""
        handed = [f"--setenv={name}={os.environ[name]}" for name in HANDED_ON if os.environ.get(name)]
        trusted = {"PIP_CERT": CERTIFICATES, "SSL_CERT_FILE": CERTIFICATES, "NODE_EXTRA_CA_CERTS": CERTIFICATES}
        handed += [f"--setenv={name}={path}" for name, path in trusted.items()]
        done = subprocess.run(
            [*nspawn(self.root), "--pipe", *handed, "--setenv=DEBIAN_FRONTEND=noninteractive", f"--user={user}",
             "/bin/bash", "-euo", "pipefail", "-c", f"cd ~; {script}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0 or expect not in done.stdout:
            raise Failed(f"{script}\nstatus {done.returncode}, wanted {expect!r}:\n{done.stdout[-3_000:]}")
        return done.stdout

    def install(self, *packages: str) -> str:
        return self.run(f"apt-get -q update && apt-get -q install -y --no-install-recommends {' '.join(packages)}")

    def bring(self, source: Path, target: str) -> None:
        place = self.root / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)


def nspawn(root: Path) -> list[str]:
    return ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={root}"]


@contextlib.contextmanager
def bare(suite: str) -> Iterator[Tree]:
    """A fresh one, as debootstrap leaves it; gone afterwards."""
    kept = cache_directory() / f"debian-{suite}-{RECIPE}"
    if not kept.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="building-", dir=cache_directory()))
        mirror = (_mirrors() or [""])[0]
        command = ["debootstrap", "--variant=minbase", suite, str(unfinished), *([mirror] if mirror else [])]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        unfinished.chmod(0o755)
        unfinished.rename(kept)
    with tempfile.TemporaryDirectory(prefix=f"cordpair-{suite}-", dir=cache_directory()) as temporary:
        root = Path(temporary, "tree")
        subprocess.run(["cp", "-a", "--reflink=auto", str(kept), str(root)], check=True)
        tree = Tree(root)
        tree.bring(CERTIFICATES, str(CERTIFICATES))
        yield tree


def made(pattern: str) -> Path:
    found = sorted((ROOT / "dist").glob(pattern))
    if len(found) != 1:
        raise Failed(f"dist/ has {len(found)} of {pattern}: run make dist first")
    return found[0]


# ---------------------------------------------------------------- what is tried


def try_source() -> Iterator[str]:
    for suite in SUITES:
        with bare(suite) as tree:
            tree.install("python3-venv", "make", "git", "ca-certificates")
            tree.bring(CERTIFICATES, str(CERTIFICATES))
            clone = tree.root / "root" / "cordpair"
            subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
            shown = tree.run('cd cordpair && make run ARGS="--for 20s"', expect="still waiting")
            yield f"{suite}: make run: {taken(shown)}"
            tree.run("cd cordpair && make test-deps venv && .venv/bin/python -m pytest -q tests/acd/test_visits.py")
            yield f"{suite}: what make test installs, and its first tests"


def try_wheel() -> Iterator[str]:
    wheel, sdist = made("*.whl"), made("*.tar.gz")
    for suite in SUITES:
        with bare(suite) as tree:
            tree.install("pipx", "python3-venv")
            tree.bring(CERTIFICATES, str(CERTIFICATES))
            for each in (wheel, sdist):
                tree.bring(each, f"/srv/{each.name}")
            tree.run("useradd --create-home anna")
            tree.run(f"pipx install /srv/{wheel.name}", user="anna")
            shown = tree.run("~/.local/bin/cordpair run --for 20s", user="anna", expect="still waiting")
            tree.run(
                "~/.local/bin/cordpair check ~/.local/state/cordpair/demo/cordpair.toml", user="anna", expect="good"
            )
            yield f"{suite}: the wheel by pipx, cordpair run: {taken(shown)}"
            tree.run(f"pipx install --force /srv/{sdist.name}", user="anna")
            shown = tree.run("~/.local/bin/cordpair run --for 5s --callers 600", user="anna", expect="still waiting")
            yield f"{suite}: the sdist by pipx, without Node: {taken(shown)}"


def try_deb() -> Iterator[str]:
    for suite, suffix in SUITES.items():
        package = made(f"cordpair_*+{suffix}_amd64.deb")
        with bare(suite) as tree:
            tree.bring(package, "/root/trial/cordpair.deb")
            tree.install("/root/trial/cordpair.deb")
            tree.run("cordpair check 2>&1", expect=": good:")
            tree.run("runuser -u cordpair -- env HOME=/tmp cordpair run --for 5s --callers 600 --directory /tmp/demo")
            yield f"{suite}: apt install, cordpair run"
            tree.install("systemd-sysv", "dbus")
            yield from (f"{suite}: {line}" for line in boot(tree))
        with bare(suite) as tree:
            tree.bring(package, f"/srv/{package.name}")  # /tmp is another one in there
            tree.install("lintian")
            found = tree.run(f"lintian --fail-on error /srv/{package.name}", user="nobody")
            yield f"{suite}: lintian has no errors, {found.count('W: ')} warnings"


def boot(tree: Tree) -> list[str]:
    """With systemd and a network of its own: what the script in there has seen."""
    for name in ("booted.sh", "cordpair-trial.service"):
        tree.bring(TRIAL / name, f"/root/trial/{name}")
    tree.bring(TRIAL / "cordpair-trial.service", "/etc/systemd/system/cordpair-trial.service")
    tree.run("systemctl enable cordpair-trial.service; systemctl set-default multi-user.target")
    said, log = tree.root / "root/trial/said", tree.root / "root/trial/log"
    booting = [*nspawn(tree.root), "--boot", "--private-network"]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(booting, stdin=subprocess.DEVNULL, capture_output=True, timeout=BOOTED_S, check=False)
    lines = said.read_text().splitlines() if said.exists() else []
    if "all seen" not in lines:
        raise Failed("\n".join([*lines, log.read_text()[-4_000:] if log.exists() else "it did not boot"]))
    return lines


def try_asterisk() -> Iterator[str]:
    """The tests' main job, with the engine of the package in the place of the source's."""
    with bare("bookworm") as tree, tempfile.TemporaryDirectory(prefix="cordpair-trial-") as place:
        tree.bring(made("cordpair_*+deb12_amd64.deb"), "/root/cordpair.deb")
        tree.install("/root/cordpair.deb")
        inside = tree.root / place.lstrip("/")
        inside.mkdir()
        subprocess.run(["mount", "--bind", place, str(inside)], check=True)
        try:
            environ = os.environ | {"CORDPAIR_COMMAND": f"chroot {tree.root} /usr/bin/cordpair"}
            test = "tests/pbx/test_main_job.py::test_two_hundred_callers_and_twenty_agents"
            command = [sys.executable, "-m", "pytest", "-q", f"--basetemp={place}/base", test]
            done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        finally:
            subprocess.run(["umount", str(inside)], check=True)
        if done.returncode != 0:
            raise Failed(done.stdout[-4_000:])
        yield f"the package on a real Asterisk, 200 callers, 20 agents: {done.stdout.splitlines()[-1]}"


def taken(shown: str) -> str:
    """The line of the summary with all queues."""
    line = next(line for line in reversed(shown.splitlines()) if line.split()[:1] == ["all"])
    offered, connected = (int(figure) for figure in line.split()[1:3])
    if not connected:
        raise Failed(f"no call was taken:\n{shown[-2_000:]}")
    return f"{offered} calls, {connected} taken"


TRIALS: dict[str, Callable[[], Iterator[str]]] = {
    "source": try_source,
    "wheel": try_wheel,
    "deb": try_deb,
    "asterisk": try_asterisk,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Try what make dist made on bare Debians.")
    parser.add_argument("what", nargs="*", choices=[*TRIALS, []], help="left out: all")
    began, status = time.monotonic(), 0
    for name in parser.parse_args().what or TRIALS:
        try:
            for seen in TRIALS[name]():
                print(f"{time.monotonic() - began:5.0f} s  {name}: {seen}", flush=True)
        except (Failed, subprocess.CalledProcessError) as error:
            print(f"{name} FAILED: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    raise SystemExit(main())
