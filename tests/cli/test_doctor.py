"""``cordpair doctor`` on the embedded PBX: what it says of a machine, a journal and a store."""

import json
import shutil
import sqlite3

import pytest

from cli.conftest import Cordpair


def found(cordpair: Cordpair, *arguments: object, status: int = 0) -> dict[tuple[str, str], dict[str, str]]:
    done = cordpair("doctor", "--json", *arguments)
    assert done.exit_code == status, done.output
    return {(report["where"], report["about"]): report for report in json.loads(done.stdout)}


def test_a_new_centre(cordpair, centre):
    reports = found(cordpair)
    assert {report["level"] for report in reports.values()} == {"ok"}
    assert "not there yet" in reports["journal", "journal"]["what"]
    assert {path.name for path in centre.parent.iterdir()} == {"cordpair.toml"}


def test_its_journal(cordpair, centre, journal):
    before = journal.read_bytes()
    assert "the chain of the last" in found(cordpair)["journal", "journal"]["what"]
    assert journal.read_bytes() == before


def test_for_people(cordpair, centre):
    (centre.parent / "journal.db").write_text("something else, of some length")
    done = cordpair("doctor")
    assert done.exit_code == 1
    assert "error" in done.stdout and "mend:" in done.stdout and "1 error" in done.stdout


def test_a_torn_last_entry(cordpair, centre, journal):
    with sqlite3.connect(journal) as connection:
        connection.execute("UPDATE entries SET body = substr(body, 1, 20) WHERE seq = (SELECT max(seq) FROM entries)")
    connection.close()
    report = found(cordpair, status=1)["journal", "journal"]
    assert report["level"] == "error" and "cordpair journal mend" in report["mend"]


def test_a_truncated_journal(cordpair, centre, journal):
    data = journal.read_bytes()
    journal.write_bytes(data[: len(data) // 2])
    assert found(cordpair, status=1)["journal", "journal"]["level"] == "error"


def test_another_cells_journal(cordpair, centre, journal):
    centre.write_text('[cell]\nname = "berlin"\n' + centre.read_text())
    assert "cell" in found(cordpair, status=1)["journal", "journal"]["what"]


def test_a_store_that_is_none(cordpair, centre):
    shutil.copy(centre, centre.parent / "cordpair.db")
    assert found(cordpair, status=1)["store", "store"]["level"] == "error"


def test_a_file_with_mistakes(cordpair, centre):
    centre.write_text(centre.read_text() + "[queues.sales.steps]\n")
    assert found(cordpair, status=1)["configuration", "file"]["level"] == "error"


def test_a_password_that_is_not_here(cordpair, centre, monkeypatch):
    monkeypatch.delenv("NOT_THERE", raising=False)
    url = 'url = "asterisk+ari://cordpair@127.0.0.1:1/"\npassword = { env = "NOT_THERE" }'
    centre.write_text(centre.read_text().replace('url = "loopback://"', url))
    assert "NOT_THERE" in found(cordpair, status=1)["pbx.demo", "password"]["what"]


@pytest.mark.parametrize("missing", ["no/such/place/journal.db"])
def test_a_directory_that_is_not_there(cordpair, centre, missing):
    centre.write_text(f'[journal]\npath = "{missing}"\n' + centre.read_text())
    assert found(cordpair, status=1)["journal", "disk"]["level"] == "error"


def test_where_phones_register(cordpair, centre):
    text = centre.read_text()
    centre.write_text(text.replace("[skills]", 'phones = "127.0.0.1:5060;transport=tcp"\n[skills]', 1))
    assert "where phones of pbx.demo register, resolves" in found(cordpair)["machine", "phones"]["what"]
    centre.write_text(text.replace("[skills]", 'phones = "pbx.invalid:5060"\n[skills]', 1))
    report = found(cordpair, status=1)["machine", "phones"]
    assert report["level"] == "error" and report["what"].startswith("pbx.invalid, where phones of pbx.demo register,")
    assert "to dial, to answer, to hang up" in report["why"]
