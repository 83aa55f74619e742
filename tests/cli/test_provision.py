"""``cordpair provision``: what is shown, written, kept and refused. No PBX takes part; ``tests/pbx`` has real ones."""

import re
import stat

import pytest

CENTRE = """\
[pbx.main]
url = "asterisk+ari://cordpair@127.0.0.1:1/"
password = { file = "secrets/main" }
address = "10.0.0.1"
peers = { second = "cordpair-second" }
[pbx.main.door]
url = "ws://127.0.0.1:1/ws"
key = { file = "secrets/door" }
[pbx.second]
url = "freeswitch+esl://127.0.0.1:1/"
password = { file = "secrets/second" }
address = "10.0.0.2:5080"
peers = { main = "cordpair-main" }
[trunks.provider]
addresses = ["192.0.2.10", "192.0.2.11:5070"]
register = { user = "4930", password = { file = "provider" } }
[trunks.sim]
profile = "gsm_gateway"
addresses = ["10.8.0.2"]
caller_id_from = "rpid"
[queues.sales]
[services.any]
queue = "sales"
[seats.101]
endpoint = "101"
[agents.ann]
seat = "101"
queues = { sales = {} }
"""
HAND = {
    "asterisk": "secret = not-to-be-seen\n",
    "freeswitch": "<param name=\"password\" value='not-to-be-seen'/>\n",
}
PROVIDERS = 'of;the"provider<'  # with what means something to a PBX


@pytest.fixture
def centre(tmp_path):
    (tmp_path / "provider").write_text(PROVIDERS + "\n")
    file = tmp_path / "cordpair.toml"
    file.write_text(CENTRE)
    return file


@pytest.fixture(params=["asterisk", "freeswitch"])
def kind(request) -> str:
    return request.param


def files(directory) -> dict[str, str]:
    return {path.relative_to(directory).as_posix(): path.read_text() for path in directory.rglob("*") if path.is_file()}


def test_nothing_is_written_unless_asked(cordpair, centre, kind, tmp_path) -> None:
    result = cordpair("provision", kind, "--to", tmp_path / "etc")
    assert result.exit_code == 0
    assert "--apply writes them" in result.output
    assert not (tmp_path / "etc").exists()
    assert not (tmp_path / "secrets").exists()


def test_written_once_and_then_nothing_to_change(cordpair, centre, kind, tmp_path) -> None:
    etc = tmp_path / "etc"
    result = cordpair("provision", kind, "--to", etc, "--apply", "--yes")
    assert result.exit_code == 0, result.output
    assert "the PBX was not told" in result.stderr  # there is none
    before = files(etc)
    again = cordpair("provision", kind, "--to", etc, "--apply", "--yes")
    assert (again.exit_code, "nothing to change" in again.output, files(etc)) == (0, True, before)


def test_secrets_are_made_once_kept_to_the_owner_and_never_shown(cordpair, centre, kind, tmp_path) -> None:
    etc = tmp_path / "etc"
    result = cordpair("provision", kind, "--to", etc, "--apply", "--yes")
    node = {"asterisk": "main", "freeswitch": "second"}[kind]
    made = sorted(path.name for path in (tmp_path / "secrets").iterdir())
    assert made == ([*sorted(["main", "door"])] if kind == "asterisk" else ["second"])
    secrets = {(tmp_path / "secrets" / name).read_text().strip() for name in made}
    assert all(stat.S_IMODE((tmp_path / "secrets" / name).stat().st_mode) == 0o600 for name in made)
    assert len(min(secrets, key=len)) >= 32
    assert not [secret for secret in (*secrets, PROVIDERS, PROVIDERS[:6]) if secret in result.output]
    for secret in secrets:
        holders = [path for path in etc.rglob("*") if path.is_file() and secret in path.read_text()]
        assert holders, node
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o640 for path in holders)
    # Another one is put in its place: neither is shown.
    (tmp_path / "secrets" / node).write_text("another-one-of-the-operators\n")
    changed = cordpair("provision", kind, "--to", etc)
    masked = [line for line in changed.output.splitlines() if line.endswith("********")]
    assert [line[0] for line in masked] == ["-", "+"]
    assert not [secret for secret in (*secrets, "another-one") if secret in changed.output]


def test_a_file_that_is_not_ours_is_refused_and_kept(cordpair, centre, kind, tmp_path) -> None:
    etc = tmp_path / "etc"
    name = {"asterisk": "pjsip.conf", "freeswitch": "freeswitch.xml"}[kind]
    etc.mkdir()
    (etc / name).write_text(HAND[kind])
    result = cordpair("provision", kind, "--to", etc, "--apply", "--yes")
    assert (result.exit_code, files(etc)) == (1, {name: HAND[kind]})
    assert "not ours" in result.stderr
    assert "not-to-be-seen" not in result.output
    assert not (tmp_path / "secrets").exists()
    assert cordpair("provision", kind, "--to", etc, "--apply", "--yes", "--force").exit_code == 0
    assert (etc / f"{name}.before-1").read_text() == HAND[kind]
    assert "Written by" in (etc / name).read_text()


def test_a_file_of_ours_that_was_edited_is_refused(cordpair, centre, kind, tmp_path) -> None:
    etc = tmp_path / "etc"
    cordpair("provision", kind, "--to", etc, "--apply", "--yes")
    edited = etc / {"asterisk": "extensions.conf", "freeswitch": "dialplan/cordpair.xml"}[kind]
    edited.write_text(edited.read_text().replace("Cordpair", "Mine", 1))
    before = files(etc)
    result = cordpair("provision", kind, "--to", etc, "--apply", "--yes")
    assert (result.exit_code, files(etc)) == (1, before)
    assert "edited by hand" in result.stderr


def test_what_is_the_operators_is_never_looked_at(cordpair, centre, kind, tmp_path) -> None:
    etc = tmp_path / "etc"
    cordpair("provision", kind, "--to", etc, "--apply", "--yes")
    own = etc / "cordpair.d/own/anything"
    own.write_text("mine\n")
    assert "nothing to change" in cordpair("provision", kind, "--to", etc).output
    assert own.read_text() == "mine\n"
    read = [path.read_text() for path in (etc / "cordpair.d").iterdir() if path.is_file()]
    assert all("own/" in text.splitlines()[-1] for text in read)  # each reads it last


def test_who_is_not_asked_writes_nothing(cordpair, centre, kind, tmp_path) -> None:
    result = cordpair("provision", kind, "--to", tmp_path / "etc", "--apply")
    assert result.exit_code == 1
    assert not (tmp_path / "etc").exists()


def test_asterisks_trunks_peers_and_door(cordpair, centre, tmp_path) -> None:
    cordpair("provision", "asterisk", "--to", tmp_path, "--apply", "--yes")
    sip = (tmp_path / "cordpair.d/pjsip.conf").read_text()
    assert "match = 192.0.2.10\nmatch = 192.0.2.11\n" in sip
    assert "set_var = CP_CALLER_FROM=rpid" in sip
    assert sip.count("trust_id_inbound = yes") == 1  # the carrier's; the box's callers stand elsewhere
    assert "qualify_frequency = 60" in sip
    assert "qualify_frequency = 30" in sip
    assert "contact = sip:10.0.0.2:5080" in sip
    assert 'password = of\\;the"provider<' in sip
    assert re.search(r"match_header = X-Cordpair-Door: [0-9a-f]{48}\n", sip)
    modules = (tmp_path / "cordpair.d/modules.conf").read_text()
    assert {"app_dial.so", "res_srtp.so", "res_pjsip_outbound_registration.so", "res_pjsip_refer.so"} <= set(
        re.findall(r"load = (\S+)", modules)
    )


def test_a_distributions_own_files_are_kept(cordpair, centre, tmp_path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "asterisk.conf").write_text("[directories]\n")
    for _ in range(2):
        assert cordpair("provision", "asterisk", "--to", etc, "--apply", "--yes").exit_code == 0
    assert (etc / "asterisk.conf").read_text() == "[directories]\n"
    assert "Written by" in (etc / "indications.conf").read_text()  # there was none


def test_freeswitchs_trunks_and_peers(cordpair, centre, tmp_path) -> None:
    cordpair("provision", "freeswitch", "--to", tmp_path, "--apply", "--yes")
    trunks = (tmp_path / "cordpair.d/trunks.xml").read_text()
    assert '<user id="provider" cidr="192.0.2.10/32,192.0.2.11/32">' in trunks
    assert '<variable name="cp_caller_from" value="pai"/>' in trunks
    gateways = (tmp_path / "cordpair.d/gateways.xml").read_text()
    assert '<param name="ping" value="30"/>' in gateways
    assert 'value="of;the&quot;provider&lt;"' in gateways
    assert '<gateway name="cordpair-main">\n<param name="proxy" value="10.0.0.1"/>' in gateways


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('["10.8.0.2"]', '["sip.example.com"]', "trunks.sim.addresses: FreeSWITCH knows a trunk by IP addresses"),
        ('address = "10.0.0.1"\n', "", "pbx.main.address is missing: pbx.second has a trunk there"),
        ('provider" } }', 'nowhere" } }', "trunks.provider.register.password"),
    ],
)
def test_what_a_pbx_cannot_have_names_its_key(cordpair, centre, tmp_path, before, after, said) -> None:
    assert before in CENTRE
    centre.write_text(CENTRE.replace(before, after))
    result = cordpair("provision", "freeswitch", "--to", tmp_path / "etc", "--apply", "--yes")
    assert result.exit_code == 1
    assert said in result.stderr
    assert not (tmp_path / "etc").exists()


def test_a_secret_with_another_line_in_it_writes_nothing(cordpair, centre, kind, tmp_path) -> None:
    (tmp_path / "provider").write_text("one\n[evil](cordpair-agent)\n")
    result = cordpair("provision", kind, "--to", tmp_path / "etc", "--apply", "--yes")
    assert result.exit_code == 1
    assert "trunks.provider.register.password: has characters" in result.stderr
    assert "evil" not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("teapot",), "there is no kind of PBX 'teapot'"),
        (("asterisk", "--node", "second"), "no node 'second' of kind asterisk"),
    ],
)
def test_what_there_is_not(cordpair, centre, arguments, said) -> None:
    result = cordpair("provision", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_of_several_one_must_be_named(cordpair, centre) -> None:
    centre.write_text(CENTRE.replace("freeswitch+esl://", "asterisk+ari://cordpair@"))
    result = cordpair("provision", "asterisk")
    assert result.exit_code == 2
    assert "say which with --node" in result.stderr
