"""The lab's machines, as far as none is needed: Vagrant and Ansible take their files, and what they write is good."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from cordpair.config import parse
from deploy.conftest import ran

BIN = Path(sys.executable).parent
ROLES = Path("deploy/ansible/roles")
# Writes the roles' templates with the lab's variables, as the roles would.
PLAY = """
- name: Write
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Write a template
      ansible.builtin.template:
        src: "{{ item }}"
        dest: "{{ written }}/{{ item | basename | regex_replace('[.]j2$', '') }}"
        mode: "0600"
      with_fileglob: "{{ templates }}"
"""


@pytest.fixture(scope="module")
def rendered(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """Where the templates of all roles are, filled in; with secrets of their own."""

    @cache
    def render(freeswitch: bool) -> Path:
        directory = tmp_path_factory.mktemp("rendered")
        shutil.copytree(root / "deploy/ansible/group_vars", directory / "group_vars")
        (directory / "play.yml").write_text(PLAY)
        (directory / "freeswitch-token").write_text("planted\n")
        given = {
            "templates": [f"{path}/*" for path in (root / ROLES).glob("*/templates")],
            "written": str(directory), "asterisk_root": "/tree",
            "lab_secrets": str(directory), "lab_freeswitch": freeswitch, "lab_freeswitch_repository": "https://x.test/deb",
        }  # fmt: skip
        (directory / "given.yml").write_text(yaml.safe_dump(given))
        done = subprocess.run(
            [BIN / "ansible-playbook", "--inventory", "localhost,", "--connection", "local", "--extra-vars",
             "@given.yml", "play.yml"],
            cwd=directory, env=environment(directory), capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return directory

    return render


def environment(directory: Path) -> dict[str, str]:
    return os.environ | {
        "ANSIBLE_HOME": str(directory / "ansible"), "ANSIBLE_NOCOLOR": "1", "PATH": f"{BIN}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8", "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }  # fmt: skip


async def test_vagrant_takes_the_file(root: Path, tmp_path: Path) -> None:
    assert shutil.which("vagrant"), "vagrant is missing: make test-deps"
    home = str(tmp_path)
    said = await ran(
        "vagrant", "validate", "--ignore-provider", directory=root, VAGRANT_HOME=home, VAGRANT_NO_COLOR="1"
    )
    assert said.status == 0, said.said
    assert "Vagrantfile validated successfully" in said.said
    assert not (root / ".vagrant/lab").exists() or os.environ.get("CI") != "true", "a look made secrets"


async def test_secrets_are_made_once_for_who_needs_them(root: Path, tmp_path: Path) -> None:
    """By the Vagrantfile's own code, in a copy: of mode 0600, as long as said, the same the next time."""
    (tmp_path / "deploy").symlink_to(root / "deploy")
    shutil.copy(root / "Vagrantfile", tmp_path)
    script = (
        "module Vagrant; def self.configure(version); end; end; load './Vagrantfile'; make_secrets;"
        "all = LENGTHS.keys + ['freeswitch-token'];"
        "NEEDED.each { |machine, names| puts ([machine] + all.grep(names)).join(' ') }"
    )
    environment = {"FREESWITCH_TOKEN": "planted", "FREESWITCH_REPOSITORY": ""}
    first = await ran("ruby", "-e", script, directory=tmp_path, **environment)
    assert first.status == 0, first.said
    handed = {words[0]: set(words[1:]) for words in map(str.split, first.said.splitlines())}
    assert handed == {
        "asterisk": {"ari", "door", "phone-101"},
        "freeswitch": {"esl", "phone-201", "freeswitch-token"},
        "cordpair": {"ari", "door", "esl", "person-admin", "person-mia", "person-noah"},
    }
    secrets = tmp_path / ".vagrant/lab/secrets"
    made = {path.name: path.read_text() for path in secrets.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o600}
    assert set(made) == set().union(*handed.values())
    assert all(re.fullmatch(r"[A-Za-z0-9]{16,}\n", text) for name, text in made.items() if name != "freeswitch-token")
    assert len(set(made.values())) == len(made)
    await ran("ruby", "-e", script, directory=tmp_path, **environment)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == made


async def test_ansible_takes_the_playbook(root: Path, tmp_path: Path) -> None:
    """Its own syntax check, and ansible-lint with all of its rules."""
    checked = await ran(
        BIN / "ansible-playbook", "--syntax-check", "--inventory", "asterisk,freeswitch,cordpair", "site.yml",
        directory=root / "deploy/ansible", **environment(tmp_path),
    )  # fmt: skip
    assert checked.status == 0, checked.said
    linted = await ran(
        BIN / "ansible-lint", "--offline", "--profile", "production", "--project-dir", ".", "site.yml",
        directory=root / "deploy/ansible", **environment(tmp_path),
    )  # fmt: skip
    assert linted.status == 0, linted.said
    assert "Passed" in linted.said


@pytest.mark.parametrize("freeswitch", [False, True], ids=["asterisk", "both"])
def test_the_centre_is_good(rendered: Callable[[bool], Path], freeswitch: bool) -> None:
    text = (rendered(freeswitch) / "cordpair.toml").read_text("utf-8")
    loaded = parse(text, "cordpair.toml")
    assert all("password" in str(warning) or "key" in str(warning) for warning in loaded.warnings)
    assert set(loaded.config.pbx) == ({"asterisk", "freeswitch"} if freeswitch else {"asterisk"})
    assert [bool(node.peers) for node in loaded.config.pbx.values()] == [freeswitch] * len(loaded.config.pbx)


def test_both_pbxs_know_the_same_secrets_and_listen_inside(root: Path, rendered: Callable[[bool], Path]) -> None:
    addresses = yaml.safe_load((root / "deploy/ansible/group_vars/all.yml").read_text("utf-8"))["lab_addresses"]
    written = rendered(True)
    ari = (written / "ari").read_text().strip()
    assert len(ari) == 32
    assert f"password = {ari}" in (written / "ari.conf").read_text()
    assert f"bindaddr = {addresses['asterisk']}" in (written / "http.conf").read_text()
    assert f"bind = {addresses['asterisk']}:5060" in (written / "pjsip.conf").read_text()
    # Pieces of XML, that FreeSWITCH includes.
    pieces = {path.stem: ET.fromstring(f"<x>{path.read_text()}</x>") for path in written.glob("*.xml")}
    esl = (written / "esl").read_text().strip()
    assert [(each.get("name"), each.get("value")) for each in pieces["event_socket"]] == [("password", esl)]
    ips = [each.get("data") for each in pieces["vars"]]
    assert ips == [f"{name}={addresses['freeswitch']}" for name in ("cp_sip_ip", "cp_rtp_ip", "cp_esl_ip")]
    assert [each.get("cidr") for each in pieces["acl-engine"]] == [f"{addresses['cordpair']}/32"]


def test_freeswitch_installs_the_modules_that_are_loaded(root: Path) -> None:
    loaded = (root / "dialplans/freeswitch/autoload_configs/modules.conf.xml").read_text("utf-8")
    wanted = {f"freeswitch-mod-{name.replace('_', '-')}" for name in re.findall(r'module="mod_(\w+)"', loaded)}
    installed = yaml.safe_load((root / ROLES / "freeswitch/vars/main.yml").read_text("utf-8"))["freeswitch_packages"]
    assert wanted == {name for name in installed if "-mod-" in name}
