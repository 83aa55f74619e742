"""The systemd unit: what systemd itself says of it, and that it knows the engine's exit statuses."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest

from cordpair.runtime import exits
from release.conftest import ROOT

UNIT = ROOT / "deploy/systemd/cordpair.service"
EXPOSURE = 1.5  # of 10, as `systemd-analyze security` counts; 1.1 when this was written


@pytest.fixture(scope="module")
def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(UNIT)
    return unit["Service"]


def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    """The command that it starts is there where the package is; here another one stands for it."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/bin/cordpair", "/bin/true").replace("=cordpair\n", "=root\n"))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, ours) == (0, [])


def test_it_exposes_little() -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE * 10:.0f}", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    found = re.search(r"exposure level for cordpair.service: ([\d.]+)", done.stdout)
    assert found and float(found[1]) <= EXPOSURE


def test_it_does_not_restart_what_must_not_be(service: configparser.SectionProxy) -> None:
    assert service["Restart"] == "on-failure"
    never = {exits.EXIT_FENCED, exits.EXIT_CONFIGURATION}
    assert {int(status) for status in service["RestartPreventExitStatus"].split()} == never


def test_secrets_are_handed_to_it_and_state_is_its_own(service: configparser.SectionProxy) -> None:
    text = (ROOT / "deploy/debian/cordpair.toml").read_text()
    name, _, place = service["LoadCredential"].partition(":")
    assert f"/run/credentials/{UNIT.name}/{name}_" in text
    assert f"{place}/ari" in text
    state = f"/var/lib/{service['StateDirectory']}/"
    assert re.findall(r'^path = "(.*)/', text, re.MULTILINE) == [state.rstrip("/")] * 3
