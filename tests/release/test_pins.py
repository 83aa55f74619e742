"""What the packages bring is pinned, and the pins are of this pyproject.toml: `make lock` when they are not."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.conftest import ROOT

RELEASE = ROOT / "deploy/release"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(path: Path) -> dict[str, str]:
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==([\w.!+]+)", path.read_text(), re.MULTILINE)
    }


@pytest.mark.parametrize("text", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["oidc"]])
def test_what_we_need_is_pinned_to_a_version_that_fits(text: str) -> None:
    needed = Requirement(text)
    version = pins(RELEASE / "requirements.txt").get(canonicalize_name(needed.name))
    assert version is not None and needed.specifier.contains(version, prereleases=True), "run: make lock"


@pytest.mark.parametrize("name", ["requirements.txt", "build-requirements.txt"])
def test_every_pin_has_a_hash_and_names_no_index(name: str) -> None:
    text = (RELEASE / name).read_text()
    blocks = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    assert blocks
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
