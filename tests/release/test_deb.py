"""The Debian package of this machine's architecture, as dpkg-deb made and reads it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from release.conftest import EPOCH, ROOT, Built

DEBIAN = "bookworm"


def said(*command: object) -> str:
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def package(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("deb")
    done = subprocess.run(
        [sys.executable, ROOT / "deploy/release/deb.py", built.wheel, "--into", place, "--debian", DEBIAN],
        env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return place / done.stdout.strip()


@pytest.fixture(scope="module")
def unpacked(package: Path) -> Path:
    said("dpkg-deb", "-R", package, package.parent / "unpacked")
    return package.parent / "unpacked"


def test_it_names_the_python_that_it_is_made_for(package: Path) -> None:
    depends = said("dpkg-deb", "-f", package, "Depends")
    assert "python3.11," in depends
    assert re.search(r"^\d+\.\d+\.\d+-1\+deb12$", said("dpkg-deb", "-f", package, "Version").strip())


def test_its_modules_are_for_that_python_only(unpacked: Path) -> None:
    site = unpacked / "usr/lib/cordpair/lib/python3.11/site-packages"
    compiled = {found[1] for path in site.rglob("*.so") if (found := re.search(r"\.cpython-(\d+)-", path.name))}
    assert compiled == {"311"}
    assert os.readlink(unpacked / "usr/lib/cordpair/bin/python3") == "../../../bin/python3.11"
    assert (site / "cordpair_gateway/static/sizes.json").is_file()
    assert not (site / "pip").exists()


def test_configuration_is_the_operators(unpacked: Path) -> None:
    assert (unpacked / "DEBIAN/conffiles").read_text().split() == ["/etc/cordpair/cordpair.toml"]
    assert not (unpacked / "var").exists()


def test_nothing_in_it_names_the_place_where_it_was_built(package: Path, unpacked: Path) -> None:
    place = str(package.parent.parent).encode()
    texts = [path for path in unpacked.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in texts if place in path.read_bytes() or b"/cordpair-deb-" in path.read_bytes()] == []
    assert not list(unpacked.rglob("direct_url.json"))
    assert not list(unpacked.rglob("__pycache__"))


def test_files_are_roots_and_their_modes_are_plain(package: Path) -> None:
    modes: dict[str, list[str]] = {}
    for line in said("dpkg-deb", "-c", package).splitlines():
        mode, owner, _, _, _, path = line.split(maxsplit=5)
        assert owner == "root/root"
        modes.setdefault(mode, []).append(path)
    assert set(modes) == {"drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxrwxrwx"}
    assert modes["-rwxr-xr-x"] == ["./usr/lib/cordpair/bin/cordpair"]


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_scripts_are_in_order(unpacked: Path, script: str) -> None:
    path = unpacked / "DEBIAN" / script
    assert os.access(path, os.X_OK)
    said("sh", "-n", path)
    assert path.read_text().startswith("#!/bin/sh\nset -e\n")
