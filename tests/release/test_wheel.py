"""The wheel and the sdist: what is in them, that they come out the same, and that they work where no repository is."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
import zipfile
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path

import pytest

from release.conftest import ROOT, STATIC, Built, hatch, tree

SECONDS = 60
HATCH = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
FORCED: dict[str, str] = HATCH["force-include"]


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as packed:
        return set(packed.namelist())


def test_every_page_is_in_the_wheel(built: Built) -> None:
    pages = {path.relative_to(ROOT / STATIC).as_posix() for path in (ROOT / STATIC).rglob("*") if path.is_file()}
    assert {"help.js", "desk.html", "office.html", "sizes.json"} <= pages
    assert {f"cordpair_gateway/static/{name}" for name in pages} <= names(built.wheel)


def test_whose_code_the_pages_hold_is_said(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as packed:
        text = packed.read("cordpair_gateway/static/licences.txt").decode()
    package = json.loads((ROOT / "webrtc-gateway/web/package.json").read_text())
    for name, version in package["dependencies"].items():
        assert f"{name} {version}\n" in text
    assert "Licence: undefined" not in text


def test_every_module_is_in_the_wheel(built: Built) -> None:
    roots = [ROOT / folder for folder in ("engine", "drivers", "webrtc-gateway")]
    modules = {
        path.relative_to(root).as_posix()
        for root in roots
        for path in root.rglob("*.py")
        if "node_modules" not in path.parts
    }
    assert modules <= names(built.wheel)


@pytest.mark.parametrize(("source", "target"), sorted(FORCED.items()))
def test_what_is_put_into_packages_is_in_the_wheel(built: Built, source: str, target: str) -> None:
    """The example, of which the forms' help is made; the dialplans, once `cordpair provision` writes them."""
    place = ROOT / source
    files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
    inside = target.partition("/")[2]  # below a source root
    wanted = {f"{inside}/{path.relative_to(place).as_posix()}".removesuffix("/.") for path in files}
    assert wanted and wanted <= names(built.wheel)


def test_nothing_that_is_no_part_of_it_is_in_the_wheel(built: Built) -> None:
    tops = {name.partition("/")[0] for name in names(built.wheel)}
    assert [top for top in tops if not re.match(r"cordpair(_\w+)?(-[\d.]+\.dist-info)?$", top)] == []
    assert not [name for name in names(built.wheel) if "__pycache__" in name or name.endswith(".db")]


def test_without_the_pages_there_is_no_wheel(tmp_path: Path) -> None:
    source = tree(tmp_path / "source", pages=False)
    for target in ("wheel", "sdist"):
        done = hatch(target, source, tmp_path / "out")
        assert done.returncode != 0
        assert "make web" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").glob("*"))


def test_they_are_the_same_wherever_they_are_built_and_the_sdist_is_enough(built: Built, tmp_path: Path) -> None:
    elsewhere = tree(tmp_path / "another" / "longer-name")
    assert hatch("sdist", elsewhere, tmp_path).returncode == 0
    assert (tmp_path / built.sdist.name).read_bytes() == built.sdist.read_bytes()
    with tarfile.open(built.sdist) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert hatch("wheel", unpacked, tmp_path).returncode == 0
    assert (tmp_path / built.wheel.name).read_bytes() == built.wheel.read_bytes()


# ---------------------------------------------------------------- installed


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, in an environment of its own with nothing but what the wheel asks for."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    command = [str(place / "bin" / "pip"), "install", "--quiet", "--no-compile", str(built.wheel)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place / "bin" / "cordpair"


async def test_cordpair_run_takes_calls_and_serves_pages(installed: Path, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environ |= {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
    running = await asyncio.create_subprocess_exec(
        str(installed), "run", "--for", "5s", "--callers", "600",
        stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, cwd=tmp_path, env=environ,
    )  # fmt: skip
    assert running.stdout is not None
    said = ""
    async with asyncio.timeout(SECONDS):
        while not (found := re.search(r"Office: +(http://\S+)/office", said)):
            line = await running.stdout.readline()
            assert line, said
            said += line.decode()
        for path in ("/office", "/desk", "/shop", "/web/help.js", "/web/sizes.json"):
            answer = await asyncio.to_thread(page, found[1] + path)
            assert answer == (ROOT / STATIC / path.removeprefix("/web/")).read_bytes() if "/web/" in path else answer
        rest, _ = await running.communicate()
    said += rest.decode()
    assert running.returncode == 0, said
    total = re.search(r"^ *all +(\d+) +(\d+)", said[said.rindex("still waiting") :], re.MULTILINE)
    assert total and int(total[2]) > 0, said
    queues = subprocess.run(
        [installed, "queues", "--demo", "--json"], cwd=tmp_path, env=environ, capture_output=True, check=True
    )
    assert sum(queue["outcomes"].get("connected", 0) for queue in json.loads(queues.stdout)) > 0


def page(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def test_cordpair_check_works_there(installed: Path, tmp_path: Path) -> None:
    checked = subprocess.run(
        [installed, "check", ROOT / "deploy/debian/cordpair.toml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert ": good:" in checked.stdout
