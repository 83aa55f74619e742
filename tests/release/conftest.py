"""A wheel and an sdist, built once for all tests here, from what git would archive plus the pages that are built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
STATIC = Path("webrtc-gateway/cordpair_gateway/static")
EPOCH = "1700000000"


class Built(NamedTuple):
    wheel: Path
    sdist: Path


def tree(into: Path, *, pages: bool = True) -> Path:
    """The repository as somebody else would have it, with files of another time."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, into / name)
    if pages:
        assert (ROOT / STATIC / "sizes.json").is_file(), "make web comes first"
        shutil.copytree(ROOT / STATIC, into / STATIC)
    return into


def hatch(target: str, source: Path, into: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)],
        cwd=source, env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    place = tmp_path_factory.mktemp("built")
    source = tree(place / "source")
    for target in ("sdist", "wheel"):
        done = hatch(target, source, place)
        assert done.returncode == 0, done.stderr
    (wheel,), (sdist,) = place.glob("*.whl"), place.glob("*.tar.gz")
    return Built(wheel, sdist)
