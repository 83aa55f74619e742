"""``cordpair people``: the first administrator, links and passwords; never an argument, never in the clear."""

import asyncio

import pytest
from typer.testing import CliRunner

from cordpair.api.passwords import Passwords
from cordpair.cli import app
from cordpair.store import Store

GATEWAY = '[gateway]\nurl = "https://help.test"\n'


@pytest.fixture
def people(cordpair, centre):
    """Runs a command with something at its standard input, where the gateway has an address."""
    centre.write_text(centre.read_text() + GATEWAY)
    return lambda *arguments, said="": CliRunner().invoke(app, ["people", *arguments], input=said)


def look(directory, question):
    """What ``question`` finds in the store."""

    async def do():
        store = await Store.open(directory / "cordpair.db")
        try:
            return await question(store)
        finally:
            await store.close()

    return asyncio.run(do())


def good(directory, name: str, password: str) -> bool:
    async def verify(store: Store) -> bool:
        passwords = Passwords()
        try:
            return (await passwords.verify(await store.sign_ins.password(name), password)).good
        finally:
            passwords.close()

    return bool(look(directory, verify))


def test_the_first_administrator_gets_a_link(people, tmp_path):
    done = people("add", "anna", "--role", "admin", "--full-name", "Anna [red]Ölund")
    assert done.exit_code == 0, done.output
    link = done.stdout.strip()
    assert link.startswith("https://help.test/office/password#")
    token = link.partition("#")[2]
    assert look(tmp_path, lambda store: store.resets.whose(token, 0)) == "anna"
    entries = look(tmp_path, lambda store: store.audit.page())
    assert [(each.author, each.what) for each in entries] == [
        ("command line", "password_link_made"), ("command line", "person_added"),
    ]  # fmt: skip
    listed = people("list").stdout
    assert "Anna [red]Ölund" in listed and "admin" in listed and "none" in listed
    for file in tmp_path.glob("cordpair.db*"):
        assert token.encode() not in file.read_bytes()


def test_or_a_password(people, tmp_path):
    assert people("add", "anna", "--role", "admin", "--stdin", said="correct horse\n").exit_code == 0
    assert good(tmp_path, "anna", "correct horse")
    made = people("password", "anna", "--generate")
    assert good(tmp_path, "anna", made.stdout.strip()) and not good(tmp_path, "anna", "correct horse")
    assert people("password", "anna", said="another horse\nanother horse\n").exit_code == 0
    assert good(tmp_path, "anna", "another horse")
    assert "since" in people("list").stdout
    assert people("password", "anna", "--remove").exit_code == 0
    assert not good(tmp_path, "anna", "another horse")


def test_somebody_is_removed_but_not_the_last_administrator(people):
    people("add", "anna", "--role", "admin", "--generate")
    people("add", "sue", "--role", "supervisor", "--generate")
    assert people("remove", "sue").exit_code == 0
    assert "sue" not in people("list").stdout
    refused = people("remove", "anna")
    assert refused.exit_code != 0 and "last administrator" in refused.output


@pytest.mark.parametrize(
    ("arguments", "said", "complaint"),
    [
        (("add", "anna"), "", "Missing option '--role'"),
        (("add", "anna", "--role", "agent"), "", "agent"),
        (("add", "<b>", "--role", "admin"), "", "is no name"),
        (("add", "anna", "--role", "admin", "--full-name", "a\u202eb"), "", "cannot be seen"),
        (("add", "anna", "--role", "admin", "--stdin"), "too short\n", "10 to 256 characters"),
        (("add", "anna", "--role", "admin", "--stdin", "--generate"), "", "exclude each other"),
        (("password", "anna", "--link"), "", "there is no person 'anna'"),
        (("remove", "anna"), "", "there is no person 'anna'"),
    ],
)
def test_what_is_refused_and_changes_nothing(people, tmp_path, arguments, said, complaint):
    done = people(*arguments, said=said)
    assert done.exit_code != 0 and complaint in " ".join(done.output.replace("│", " ").split())
    assert look(tmp_path, lambda store: store.people.all()) == []


def test_without_an_address_there_is_no_link(cordpair, centre, tmp_path):
    done = cordpair("people", "add", "anna", "--role", "admin")
    assert done.exit_code == 2 and "gateway.url is missing" in " ".join(done.output.split())
    assert cordpair("people", "add", "anna", "--role", "admin", "--generate").exit_code == 0


def test_twice_the_same_name(people):
    people("add", "anna", "--role", "admin", "--generate")
    again = people("add", "anna", "--role", "supervisor", "--generate")
    assert again.exit_code != 0 and "is there already" in again.output
