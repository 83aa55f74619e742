"""The Debian packages: a virtual environment in /usr/lib/cordpair, filled from the wheel and from pinned wheels.

A compiled wheel fits one minor version of Python, so there is a package for each Debian, and it depends on that one's
`python3.X`. Wheels are downloaded for the target, never built, so that any Linux with dpkg-deb builds for every target,
and twice the same: each file has the time of the release, no file the name of a place on the builder's machine.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

DEPLOY = Path(__file__).parents[1]
HOME = "usr/lib/cordpair"
INTERPRETER = f"/{HOME}/bin/python3"
DOC = "usr/share/doc/cordpair"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
OLDEST_GLIBC = 17  # of 2.17: manylinux2014

# sqlite-utils names it for a command of its own. What a package of Debian holds is changed by packages only.
LEFT_OUT = ("pip",)


@dataclass(frozen=True)
class Debian:
    """One release of Debian. ``glibc``: 2.x, the newest that its wheels may ask for."""

    release: int
    python: str
    glibc: int


DEBIANS = {"bookworm": Debian(12, "3.11", 36), "trixie": Debian(13, "3.13", 41)}


def build(wheel: Path, debian: Debian, architecture: str, epoch: int, out: Path) -> Path:
    """The package's file in ``out``. Needs the network for the dependencies. Raises CalledProcessError."""
    version = f"{debian_version(wheel.name.split('-')[1])}-1+deb{debian.release}"
    made = out / f"cordpair_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix="cordpair-deb-") as temporary:
        wheels, root = Path(temporary, "wheels"), Path(temporary, "root")
        wheels.mkdir()
        download(wheels, debian, architecture)
        root.mkdir()
        for each in [wheel, *sorted(wheels.glob("*.whl"))]:
            if each.name.split("-")[0] not in LEFT_OUT:
                unpack(each, root, debian)
        environment(root, debian)
        files(root)
        writings(root, version, epoch)
        control(root, version, debian, architecture)
        settle(root, epoch)
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--threads-max=1", "--build", str(root), str(made)]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"SOURCE_DATE_EPOCH": str(epoch)}
        )
    return made


def debian_version(version: str) -> str:
    """0.6.0rc1 comes before 0.6.0 there too."""
    return re.sub(r"(?<=\d)\.?(a|b|rc|dev)(?=\d)", r"~\1", version)


def download(into: Path, debian: Debian, architecture: str) -> None:
    machine = MACHINES[architecture]
    platforms = [f"manylinux_2_{n}_{machine}" for n in range(debian.glibc, OLDEST_GLIBC - 1, -1)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", str(into)]
    command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={debian.python}"]
    command += [f"--platform={name}" for name in [*platforms, f"manylinux2014_{machine}"]]
    subprocess.run([*command, "-r", str(DEPLOY / "release" / "requirements.txt")], check=True)


def unpack(wheel: Path, root: Path, debian: Debian) -> None:
    site = f"/{HOME}/lib/python{debian.python}/site-packages"
    schemes = {
        "purelib": site,
        "platlib": site,
        "scripts": f"/{HOME}/bin",
        "data": f"/{HOME}",
        "headers": f"/{HOME}/include",
    }
    destination = SchemeDictionaryDestination(
        schemes, INTERPRETER, "posix", bytecode_optimization_levels=(), destdir=str(root)
    )
    with WheelFile.open(wheel) as source:
        install(source, destination, {"INSTALLER": b"dpkg\n"})


def environment(root: Path, debian: Debian) -> None:
    """What makes it a virtual environment of Debian's Python; of the commands, ours alone."""
    home = root / HOME
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {debian.python}\n"
    )
    for command in (home / "bin").iterdir():
        if command.name != "cordpair":
            command.unlink()
    (home / "bin" / "python3").symlink_to(f"../../../bin/python{debian.python}")
    (root / "usr/bin").mkdir()
    (root / "usr/bin/cordpair").symlink_to("../lib/cordpair/bin/cordpair")


def files(root: Path) -> None:
    """What a service needs beside its program."""
    for source, target in [
        ("systemd/cordpair.service", "usr/lib/systemd/system/cordpair.service"),
        ("debian/cordpair.sysusers", "usr/lib/sysusers.d/cordpair.conf"),
        ("debian/cordpair.toml", "etc/cordpair/cordpair.toml"),
        ("debian/copyright", f"{DOC}/copyright"),
        ("debian/README.Debian", f"{DOC}/README.Debian"),
        ("debian/lintian-overrides", "usr/share/lintian/overrides/cordpair"),
        ("../cordpair.example.toml", f"{DOC}/examples/cordpair.example.toml"),
    ]:
        place = root / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(DEPLOY / source, place)


def writings(root: Path, version: str, epoch: int) -> None:
    """The changelogs and the manual page, packed as Debian wants them."""
    date = subprocess.run(
        ["date", "--utc", "--rfc-email", f"--date=@{epoch}"], capture_output=True, text=True, check=True
    ).stdout.strip()
    entry = f"cordpair ({version}) stable; urgency=medium\n\n  * See changelog.gz.\n\n -- {maintainer()}  {date}\n"
    packed(entry, root / DOC / "changelog.Debian.gz")
    packed((DEPLOY.parent / "CHANGELOG.md").read_text(encoding="utf-8"), root / DOC / "changelog.gz")
    packed((DEPLOY / "debian" / "cordpair.1").read_text(encoding="utf-8"), root / "usr/share/man/man1/cordpair.1.gz")


def packed(text: str, into: Path) -> None:
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_bytes(subprocess.run(["gzip", "-9n"], input=text.encode(), capture_output=True, check=True).stdout)


def maintainer() -> str:
    found = re.search(r"^Maintainer: (.+)$", (DEPLOY / "debian" / "control").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def control(root: Path, version: str, debian: Debian, architecture: str) -> None:
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    place = root / "DEBIAN"
    place.mkdir()
    text = (DEPLOY / "debian" / "control").read_text(encoding="utf-8")
    values = {"version": version, "architecture": architecture, "python": debian.python, "size": str(size // 1024)}
    (place / "control").write_text(re.sub(r"@(\w+)@", lambda found: values[found[1]], text))
    (place / "conffiles").write_text("/etc/cordpair/cordpair.toml\n")
    for script in ("postinst", "prerm", "postrm"):
        shutil.copyfile(DEPLOY / "debian" / script, place / script)
    sums = subprocess.run(
        "find . -path ./DEBIAN -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 md5sum",
        shell=True, cwd=root, capture_output=True, check=True,
    ).stdout  # fmt: skip
    (place / "md5sums").write_bytes(sums)


def settle(root: Path, epoch: int) -> None:
    """Modes and times that do not depend on who builds, and when."""
    programs = {root / HOME / "bin" / "cordpair", *(root / "DEBIAN" / name for name in ("postinst", "prerm", "postrm"))}
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in programs else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def main() -> int:
    parser = argparse.ArgumentParser(description="Build Debian packages from a wheel of Cordpair.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--into", type=Path, default=Path())
    parser.add_argument("--debian", choices=DEBIANS, action="append", help="left out: all")
    parser.add_argument("--architecture", choices=MACHINES, action="append", help="left out: this machine's")
    given = parser.parse_args()
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    own = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    for name in given.debian or DEBIANS:
        for architecture in given.architecture or [own]:
            print(build(given.wheel, DEBIANS[name], architecture, epoch, given.into).name, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
