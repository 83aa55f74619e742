"""The lab takes none of the older systems' shortcuts (S1-20, S0-8), and no secret is written down in it."""

from pathlib import Path

import pytest

from deploy.insecure import found

SHORTCUTS = [
    "autocreatepeer=yes",
    "insecure=invite,port",
    "secret=password",
    "    password: hunter2",
    "password = 1234",
    'password = "changeme"',
    "lab_token: abcdef",
    '<param name="esl-password" value="ClueCon"/>',
    "static-auth-secret=north",
    "bind 0.0.0.0",
    "bind = 0.0.0.0:5060",
    "bindaddr = ::",
    'listen = "0.0.0.0:8080"',
    "    listen [::]:443 ssl;",
    '<X-PRE-PROCESS cmd="set" data="cp_esl_ip=0.0.0.0"/>',
    "listening-ip=0.0.0.0",
    "protected-mode no",
    "killall php",
    "chmod 666 /dev/sound/*",
    "chmod a+rw /dev/snd/pcm",
    '    mode: "0666"',
    "xhost +",
    "ssh -o StrictHostKeyChecking=no pbx",
    "  config.ssh.insert_key = false",
    "    validate_certs: false",
    "curl -k https://pbx/",
    "    privileged: true",
]
HARMLESS = [
    "password = {{ lab_ari }}",
    'password = { file = "/run/credentials/cordpair.service/secrets_ari" }',
    'turn_secret = { env = "CORDPAIR_TURN_SECRET" }',
    'TOKEN = ENV.fetch("FREESWITCH_TOKEN", "")',
    '    url_password: "{{ lab_freeswitch_token }}"',
    "denied-peer-ip=0.0.0.0-255.255.255.255",
    '    mode: "0640"',
    "; bind = 0.0.0.0:5060 is for those who want it",
    "listen 443 ssl;",
]


def shipped(root: Path) -> list[Path]:
    """Everything that makes a lab, or that people copy from here."""
    here = [path for path in (root / "deploy").rglob("*") if path.is_file() and path.suffix not in {".json", ".pyc"}]
    return sorted([root / "Vagrantfile", *here])


def test_none_is_in_what_is_shipped(root: Path) -> None:
    files = shipped(root)
    assert len(files) > 25
    wrong = [
        f"{path.relative_to(root)}:{number}: {kind}"
        for path in files
        for number, kind in found(path.read_text("utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize("line", SHORTCUTS)
def test_each_would_be_found(line: str) -> None:
    assert list(found(line)), line


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_meant_otherwise_is_not(line: str) -> None:
    assert list(found(line)) == []
