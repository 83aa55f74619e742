"""What the commands say: to people, to programs, and to those who mistyped."""

import asyncio
import json
import re

import pytest

from cli.conftest import one_shift
from cordpair import __version__


def said(result) -> str:
    return re.sub(r"\s+", " ", result.output)


def test_version_and_help(cordpair) -> None:
    assert __version__ in cordpair("--version").output
    assert "watch" in cordpair("--help").output


class TestCheck:
    def test_a_good_file(self, cordpair, centre) -> None:
        result = cordpair("check", centre)
        assert result.exit_code == 0
        assert "good: 1 queue, 2 agents, 2 seats, 1 service" in result.output

    def test_the_file_in_this_directory_is_meant_without_an_argument(self, cordpair, centre) -> None:
        assert cordpair("check").exit_code == 0

    def test_every_error_has_its_key_and_a_line(self, cordpair, centre) -> None:
        centre.write_text(centre.read_text().replace("german = 9", "german = 19").replace('"sales"', '"sails"'))
        result = cordpair("check", centre)
        assert result.exit_code == 1
        lines = result.stderr.splitlines()
        assert any("agents.ann.skills.german" in line and line.startswith("error:") for line in lines)
        assert any("services.any.queue" in line for line in lines)
        assert lines[-1] == "2 errors"
        assert result.stdout == ""

    def test_markup_in_a_message_is_shown_as_it_is(self, cordpair, centre) -> None:
        centre.write_text(centre.read_text() + '[agents."[red]x"]\n')
        assert "[red]x" in cordpair("check", centre).stderr

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"not toml", b"[pbx.x]\nurl = 5"])
    def test_files_that_are_none(self, cordpair, centre, content) -> None:
        centre.write_bytes(content)
        result = cordpair("check", centre)
        assert result.exit_code == 1
        assert "error:" in result.stderr
        assert "Traceback" not in result.output

    def test_a_file_that_is_not_there(self, cordpair, tmp_path) -> None:
        result = cordpair("check", tmp_path / "none.toml")
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1

    def test_a_driver_that_is_not_installed(self, cordpair, centre) -> None:
        centre.write_text(centre.read_text().replace("loopback://", "acme://pbx/"))
        result = cordpair("check", centre)
        assert result.exit_code == 1
        assert "no driver for 'acme'" in result.stderr

    def test_a_secret_that_is_elsewhere_is_a_warning(self, cordpair, centre, monkeypatch) -> None:
        monkeypatch.delenv("NOWHERE", raising=False)
        pbx = 'url = "asterisk+ari://u@127.0.0.1/"\npassword = { env = "NOWHERE" }'
        centre.write_text(centre.read_text().replace('url = "loopback://"', pbx))
        result = cordpair("check", centre)
        assert result.exit_code == 0
        assert "warning:" in result.stderr
        assert "NOWHERE" in result.stderr

    @pytest.mark.parametrize(
        "wants",
        [
            '[portals.shop]\norigins = ["https://shop.test"]\npages = { "/*" = { queue = "sales" } }\n',
            '[seats.web]\nendpoint = "web"\nbrowser = true\n',
        ],
    )
    def test_a_pbx_that_browsers_cannot_reach(self, cordpair, centre, wants) -> None:
        text = f'{centre.read_text()}[gateway]\nurl = "https://help.test"\n{wants}'
        centre.write_text(text)
        assert cordpair("check", centre).exit_code == 0  # the PBX in this process has a way in
        asterisk = 'url = "asterisk+ari://u@127.0.0.1/"\npassword = { env = "HOME" }\n'
        centre.write_text(text.replace('url = "loopback://"\n', asterisk))
        assert "pbx.demo.door.url is missing" in cordpair("check", centre).stderr
        centre.write_text(text.replace('url = "loopback://"\n', asterisk + 'door = { url = "ws://127.0.0.1/ws" }\n'))
        assert cordpair("check", centre).exit_code == 0


class TestWhy:
    def test_without_a_contact_it_lists_them(self, cordpair, journal) -> None:
        result = cordpair("why", "--journal", journal)
        assert result.exit_code == 0
        assert re.search(r"c1 \S+ sales connected \S+ s ann", said(result))
        assert re.search(r"c2 \S+ sales abandoned 3 s", said(result))

    def test_it_explains_who_was_passed_over(self, cordpair, journal) -> None:
        result = cordpair("why", "r-c1", "--journal", journal)
        text = said(result)
        assert "offered to ann" in text
        assert re.search(r"ann +chosen: idle for longest", text)
        assert re.search(r"bob .*german 2 below 5", text)
        assert "german ≥ 5" in text
        assert "talks to ann after" in text

    @pytest.mark.parametrize("name", ["c1", "1", "r-c1"])
    def test_a_contact_may_be_shortened(self, cordpair, journal, name) -> None:
        assert "contact r-c1" in cordpair("why", name, "--journal", journal).output

    def test_a_contact_that_was_never_offered(self, cordpair, journal) -> None:
        assert "never offered" in cordpair("why", "c2", "--journal", journal).output

    def test_one_who_waits_with_nobody_alerted(self, cordpair, tmp_path) -> None:
        path = tmp_path / "waiting.db"
        asyncio.run(one_shift(path, hang_up=False))
        text = said(cordpair("why", "c2", "--journal", path))
        assert "nobody is alerted now: ann connected with c1" in text
        assert "bob german 2 below 5" in text

    def test_no_caller_s_data(self, cordpair, journal) -> None:
        for name in ("c1", "c2"):
            output = cordpair("why", name, "--journal", journal).output
            assert "4930123456" not in output
            assert "Ada" not in output

    def test_for_programs(self, cordpair, journal) -> None:
        told = json.loads(cordpair("why", "c1", "--journal", journal, "--json").output)
        assert told["contact"]["agent"] == "ann"
        (offer,) = [moment["explanation"] for moment in told["moments"] if moment["explanation"]]
        assert {candidate["agent"]: candidate["chosen"] for candidate in offer["candidates"]} == {
            "ann": True,
            "bob": False,
        }
        listed = json.loads(cordpair("why", "--journal", journal, "--json").output)
        assert [story["outcome"] for story in listed] == ["connected", "abandoned"]

    def test_limit(self, cordpair, journal) -> None:
        assert len(json.loads(cordpair("why", "--journal", journal, "--json", "-n", 1).output)) == 1

    @pytest.mark.parametrize("name", ["c9", "", "r-", "--"])
    def test_unknown_contacts(self, cordpair, journal, name) -> None:
        result = cordpair("why", "--journal", journal, "--", name)
        assert result.exit_code == 1
        assert "there is no contact" in result.stderr
        assert len(result.stderr.splitlines()) == 1

    @pytest.mark.parametrize("content", [None, b"", b"no journal at all, but long enough to be one" * 9])
    def test_no_journal(self, cordpair, tmp_path, content) -> None:
        path = tmp_path / "other.db"
        if content is not None:
            path.write_bytes(content)
        result = cordpair("why", "--journal", path)
        assert result.exit_code == 1
        assert str(path) in result.stderr
        assert "Traceback" not in result.output

    def test_no_configuration(self, cordpair) -> None:
        assert "--config" in cordpair("why").stderr
        assert "cordpair run" in cordpair("why", "--demo").stderr


class TestWatch:
    def test_one_frame(self, cordpair, journal) -> None:
        result = cordpair("watch", "--once", "--journal", journal)
        assert result.exit_code == 0
        text = said(result)
        assert re.search(r"sales 0 – 2/2 0 2 1 1 0", text)
        assert "ann free" in text
        assert "is the engine running?" in text

    def test_for_programs(self, cordpair, journal) -> None:
        shown = json.loads(cordpair("watch", "--json", "--journal", journal).output)
        (queue,) = shown["queues"]
        assert (queue["offered"], queue["outcomes"]) == (2, {"connected": 1, "abandoned": 1})
        assert [agent["state"] for agent in shown["agents"]] == ["free", "free"]
        assert shown["links"] == {"demo": "open"}

    def test_the_journal_is_found_by_the_configuration(self, cordpair, journal, centre) -> None:
        assert cordpair("watch", "--once").exit_code == 0
        assert cordpair("watch", "--once", "-c", centre).exit_code == 0

    def test_no_journal_yet(self, cordpair, centre) -> None:
        result = cordpair("watch", "--once")
        assert result.exit_code == 1
        assert "there is no journal" in result.stderr


class TestServe:
    """With ``tests/cli/test_processes.py``: what cannot be run in this process."""

    def test_a_configuration_that_cannot_be_used(self, cordpair, centre) -> None:
        centre.write_text("nonsense")
        result = cordpair("serve", centre)
        assert result.exit_code == 78
        assert "Traceback" not in result.output

    def test_a_secret_that_is_not_set(self, cordpair, centre, monkeypatch) -> None:
        monkeypatch.delenv("NOWHERE", raising=False)
        pbx = 'url = "asterisk+ari://u@127.0.0.1/"\npassword = { env = "NOWHERE" }'
        centre.write_text(centre.read_text().replace('url = "loopback://"', pbx))
        result = cordpair("serve", centre)
        assert result.exit_code == 78
        assert "NOWHERE" in result.stderr

    def test_a_store_that_is_none(self, cordpair, centre, tmp_path) -> None:
        (tmp_path / "cordpair.db").write_bytes(b"nothing of the kind" * 99)
        result = cordpair("serve", centre)
        assert result.exit_code == 74
        assert "cordpair.db" in result.stderr


class TestRun:
    @pytest.mark.parametrize("wrong", ["", "soon", "0s", "-5s"])
    def test_for_wants_a_duration(self, cordpair, wrong) -> None:
        result = cordpair("run", f"--for={wrong}")
        assert result.exit_code == 2
        assert "duration" in result.stderr

    def test_a_directory_that_cannot_be(self, cordpair, centre) -> None:
        result = cordpair("run", "--directory", centre / "below")
        assert result.exit_code == 1
        assert "--directory" in result.stderr


def test_export_without_a_store(cordpair, centre) -> None:
    result = cordpair("export")
    assert result.exit_code == 1
    assert "there is no store" in result.stderr


class TestDrain:
    def test_a_node_that_is_not_there(self, cordpair, centre) -> None:
        result = cordpair("drain", "nowhere")
        assert result.exit_code == 1
        assert "there is no node 'nowhere'" in said(result)

    def test_no_engine_answers_and_no_key_is_left(self, cordpair, centre) -> None:
        centre.write_text(centre.read_text() + '[http]\nlisten = "127.0.0.1:1"\n')
        result = cordpair("drain", "demo", "--stop")
        assert result.exit_code == 1
        assert "no engine answers at http://127.0.0.1:1/v1/nodes/demo/stop-draining" in said(result)
        (key,) = json.loads(cordpair("keys", "list", "--json").stdout)
        assert key["revoked_at"] is not None


class TestPortalKeys:
    PORTAL = '[gateway]\nurl = "https://help.test"\n[portals.shop]\norigins = ["https://shop.test"]\n'

    def test_a_key_is_bound_to_its_portal(self, cordpair, centre) -> None:
        centre.write_text(centre.read_text() + self.PORTAL)
        assert cordpair("keys", "add", "--role", "portal", "--portal", "shop").exit_code == 0
        (key,) = json.loads(cordpair("keys", "list", "--json").stdout)
        assert (key["role"], key["portal"]) == ("portal", "shop")

    @pytest.mark.parametrize(
        ("role", "portal", "complaint"),
        [("portal", "bank", "--portal: there is no 'bank'"), ("admin", "shop", "--portal: goes with role portal")],
    )
    def test_one_that_goes_nowhere_is_refused(self, cordpair, centre, role, portal, complaint) -> None:
        centre.write_text(centre.read_text() + self.PORTAL)
        result = cordpair("keys", "add", "--role", role, "--portal", portal)
        assert result.exit_code == 2
        assert complaint in said(result)
