"""The driver of docs/how-to/write-a-driver.md is real: it reaches the level that the page promises."""

import json
import re
import sys
import tomllib
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cordpair.acd.inputs import LegRinging
from cordpair.cli import app
from cordpair.ids import NodeId
from cordpair.pbx import FULL, registry
from cordpair.testing.conformance import LEVELS, Level, own_rigs

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/examples/acme"
PAGE = (ROOT / "docs/how-to/write-a-driver.md").read_text(encoding="utf-8")


@pytest.fixture
def acme(monkeypatch):
    """As if it were installed: found by the entry points of its pyproject.toml."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    points = [
        EntryPoint(name, value, group)
        for group, each in project["entry-points"].items()
        for name, value in each.items()
    ]
    monkeypatch.syspath_prepend(EXAMPLE)
    for where in (own_rigs, registry):
        monkeypatch.setattr(where, "entry_points", lambda group: [each for each in points if each.group == group])
    yield import_module("cordpair_acme")
    for name in ("cordpair_acme", "acme_rig"):
        sys.modules.pop(name, None)


def conformance(*arguments):
    done = CliRunner().invoke(app, ["conformance", "acme:", "--json", *arguments])
    return done.exit_code, {one["scenario"]: one for one in json.loads(done.stdout)["results"]}


@pytest.mark.parametrize("name", [path.name for path in sorted(EXAMPLE.glob("*.*"))])
def test_the_page_shows_the_files_as_they_are(name):
    language = {"py": "python", "toml": "toml"}[name.rpartition(".")[2]]
    assert f"```{language}\n{(EXAMPLE / name).read_text(encoding='utf-8')}```\n" in PAGE


def test_it_is_about_a_hundred_lines():
    text = (EXAMPLE / "cordpair_acme.py").read_text(encoding="utf-8")
    code = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", '"""'))]
    assert len(code) <= 110


def test_it_reaches_basic_and_no_more(acme):
    status, results = conformance("--level", "basic")
    assert status == 0
    passed = {name for name, one in results.items() if one["verdict"] == "passed"}
    assert passed >= LEVELS[Level.BASIC]
    assert {need for name, one in results.items() if name not in passed for need in one["needs"]} == FULL
    assert conformance("--level", "full")[0] == 1


def test_the_engine_finds_it(acme):
    driver = registry.make_driver(NodeId("acme"), "acme:", "main", ("101",))
    assert isinstance(driver, acme.AcmeDriver)


def test_the_failure_that_the_page_quotes(acme, monkeypatch):
    translate = acme.AcmeDriver._translate

    def without_ringing(self, signal):
        seen = translate(self, signal)
        return None if isinstance(seen, LegRinging) else seen

    monkeypatch.setattr(acme.AcmeDriver, "_translate", without_ringing)
    reason = conformance("--only", "phone_rings_out")[1]["phone_rings_out"]["reason"]
    assert f"`phone_rings_out` fails with\n`{reason}`" in PAGE


def test_the_checklists_are_the_levels_of_the_suite():
    basic, _, full = PAGE.partition("### basic\n")[2].partition("### full\n")

    def scenarios(text):
        listed = "\n".join(line for line in text.splitlines() if line.startswith("      "))
        return sorted(re.findall(r"`(\w+)`", listed))

    assert scenarios(basic) == sorted(LEVELS[Level.BASIC])
    assert scenarios(full) == sorted(LEVELS[Level.FULL] - LEVELS[Level.BASIC])
