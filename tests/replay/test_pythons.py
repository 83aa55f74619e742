"""The same journal under other circumstances of Python: other hash seeds, another minor version."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import pytest

import cordpair
from cordpair import __version__
from lab.tree import NoAsterisk, Tree, cache_directory, find
from replay import fold as fold_module
from replay.test_journals import expected_of, unpack

ENGINE = Path(cordpair.__file__).parent
TESTS = Path(__file__).parent.parent
OLDEST = (3, 11)


def said(command: list[str], **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={"PATH": os.defpath} | environment
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("seed", ["0", "1", "4294967295", "random"])
def test_another_hash_seed(seed: str, tmp_path: Path) -> None:
    journal = unpack(__version__, tmp_path)
    script = [sys.executable, "-P", str(fold_module.__file__), str(journal), "again"]
    found = said(script, PYTHONHASHSEED=seed, PYTHONPATH=str(ENGINE.parent))
    expected = expected_of(__version__)
    assert {key: found[key] for key in ("entries", "chain", "state")} == {
        key: expected[key] for key in ("entries", "chain", "state")
    }


def test_the_whole_shift_again_with_other_hash_seeds(tmp_path: Path) -> None:
    """Not only the core: runtime, executor and driver lead to the same inputs in the same order."""
    chains = set()
    for seed in ("1", "2"):
        script = [sys.executable, "-m", "replay.make_journal", str(tmp_path / seed)]
        found = said(script, PYTHONHASHSEED=seed, PYTHONPATH=os.pathsep.join([str(TESTS), *filter(None, sys.path)]))
        chains.add(found["chain"])
    assert len(chains) == 1


# ------------------------------------------------------------ another minor version, from the lab's private tree


@pytest.fixture(scope="module")
def tree() -> Tree:
    try:
        return find(private=True)
    except NoAsterisk as why:
        pytest.skip(f"another Python comes from the private tree: {why}")


@pytest.fixture(scope="module")
def python(tree: Tree) -> tuple[int, int]:
    """The minor version that the tree carries."""
    script = "import json, sys; print(json.dumps(sys.version_info[:2]))"
    done = subprocess.run(
        ["chroot", str(tree.root), "/usr/bin/python3", "-c", script], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no python3 can be run in {tree.root}: {done.stderr.strip()}")
    major, minor = json.loads(done.stdout)
    if (major, minor) < OLDEST or (major, minor) == sys.version_info[:2]:
        pytest.skip(f"the tree's Python {major}.{minor} is no other one that Cordpair supports")
    return major, minor


@pytest.fixture(scope="module")
def msgspec_for(python: tuple[int, int]) -> Path:
    """A directory with msgspec, the one dependency of the core and the journal, as built for that Python; cached."""
    name = f"msgspec-{version_of('msgspec')}-cp{python[0]}{python[1]}"
    unpacked = cache_directory() / "wheels" / name
    if unpacked.is_dir():
        return unpacked
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=unpacked.parent) as temporary:
        platforms = [f"--platform={each}_{platform.machine()}" for each in ("manylinux_2_28", "manylinux2014")]
        target = Path(temporary) / name
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        wanted = [f"--python-version={python[0]}.{python[1]}", f"msgspec=={version_of('msgspec')}"]
        done = subprocess.run(
            [*command, "--only-binary=:all:", *platforms, f"--target={target}", *wanted],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.skip(f"msgspec for Python {python[0]}.{python[1]} cannot be had: {done.stderr.strip()[-300:]}")
        if not unpacked.exists():
            target.rename(unpacked)
    return unpacked


@pytest.fixture
def inside(tree: Tree, msgspec_for: Path) -> Iterator[Path]:
    """A directory in the tree with the engine, msgspec, the script and the journal."""
    below = tree.root / "srv"
    directory = Path(tempfile.mkdtemp(prefix="replay-", dir=below))
    try:
        shutil.copytree(ENGINE, directory / "cordpair", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(msgspec_for / "msgspec", directory / "msgspec", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(str(fold_module.__file__), directory / "fold.py")
        unpack(__version__, directory)
        yield directory
    finally:
        shutil.rmtree(directory)


@pytest.mark.pbx  # needs the private tree
@pytest.mark.parametrize("seed", ["0", "random"])
def test_another_minor_version(tree: Tree, python: tuple[int, int], inside: Path, seed: str) -> None:
    there = Path("/") / inside.relative_to(tree.root)
    script = ["/usr/bin/python3", "-B", str(there / "fold.py"), str(there / "journal.db"), "again"]
    found = said(["/usr/sbin/chroot", str(tree.root), *script], PYTHONHASHSEED=seed)
    expected = expected_of(__version__)
    assert found["python"].startswith(f"{python[0]}.{python[1]}.")
    assert {key: found[key] for key in ("entries", "chain", "state")} == {
        key: expected[key] for key in ("entries", "chain", "state")
    }
