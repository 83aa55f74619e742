"""``make dist``: sdist, wheel and Debian packages of a commit, the same bytes wherever they are built.

What is committed is built, in a directory of its own: nothing that lies about in the working tree gets in. The wheel is
made from the unpacked sdist, which thereby is proven to be enough. What comes out depends on the commit (files, and its
time as SOURCE_DATE_EPOCH) and on what is pinned: package-lock.json, build-requirements.txt, requirements.txt.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUMS = "SHA256SUMS"


def build(commit: str, out: Path, *, debs: bool) -> list[Path]:
    """The files in ``out``, the sums last. Raises CalledProcessError."""
    epoch = said("git", "log", "-1", "--format=%ct", commit)
    environ = os.environ | {"SOURCE_DATE_EPOCH": epoch, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory(prefix="cordpair-dist-") as temporary:
        place = Path(temporary)
        source, built = place / "source", place / "built"
        built.mkdir()
        export(commit, source)
        python = tools(place / "tools", source)
        run("make", "--silent", "web", f"PYTHON={python}", cwd=source, environ=environ)
        sdist = hatch(python, "sdist", source, built, environ)
        with tarfile.open(sdist) as packed:
            packed.extractall(place / "unpacked", filter="data")
        (unpacked,) = (place / "unpacked").iterdir()
        wheel = hatch(python, "wheel", unpacked, built, environ)
        if debs:
            maker = unpacked / "deploy" / "release" / "deb.py"
            run(str(python), str(maker), str(wheel), "--into", str(built), cwd=unpacked, environ=environ)
        return deliver(built, out)


def export(commit: str, into: Path) -> None:
    into.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "--no-same-permissions"], cwd=into, input=archive, check=True)


def tools(into: Path, source: Path) -> Path:
    """A Python with what builds, and nothing else; of the pinned versions."""
    run(sys.executable, "-m", "venv", str(into), cwd=source)
    python = into / "bin" / "python"
    pinned = source / "deploy" / "release" / "build-requirements.txt"
    run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(pinned), cwd=source)
    return python


def hatch(python: Path, target: str, source: Path, into: Path, environ: dict[str, str]) -> Path:
    before = set(into.iterdir())
    run(
        str(python),
        "-m",
        "hatchling",
        "build",
        "--target",
        target,
        "--directory",
        str(into),
        cwd=source,
        environ=environ,
    )
    (made,) = set(into.iterdir()) - before
    return made


def deliver(built: Path, out: Path) -> list[Path]:
    """Everything at its place, what an earlier build left taken away."""
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("cordpair[-_]*"), *out.glob(f"{SUMS}*")]:
        old.unlink()
    made = [Path(shutil.move(path, out / path.name)) for path in sorted(built.iterdir())]
    sums = out / SUMS
    sums.write_text("".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in made))
    return [*made, sums]


def differing(one: Path, other: Path) -> list[str]:
    """The names of files that are in one only, or are not the same."""
    names = {path.name for place in (one, other) for path in place.iterdir()}
    return sorted(name for name in names if content(one / name) != content(other / name))


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def run(*command: str, cwd: Path, environ: dict[str, str] | None = None) -> None:
    """Its chatter goes to stderr; stdout has the names of what was made."""
    subprocess.run(command, cwd=cwd, env=environ, stdout=sys.stderr, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Build a release's files.")
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    parser.add_argument("--without-debs", action="store_true", help="where there is no dpkg-deb")
    parser.add_argument("--twice", action="store_true", help="build once more, elsewhere, and compare")
    given = parser.parse_args()
    if said("git", "status", "--porcelain"):
        print("there are changes that are not committed; they are not in what is built", file=sys.stderr)
    try:
        for path in build(given.commit, given.into, debs=not given.without_debs):
            print(path)
        if given.twice:
            with tempfile.TemporaryDirectory() as again:
                build(given.commit, Path(again), debs=not given.without_debs)
                differ = differing(given.into, Path(again))
            print(f"not the same when built again: {', '.join(differ)}" if differ else "the same when built again")
            return 1 if differ else 0
    except subprocess.CalledProcessError as error:
        print(f"failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
