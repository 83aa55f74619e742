"""``cordpair agents password`` and ``agents list``: never an argument, never in the clear."""

import asyncio

import pytest
from typer.testing import CliRunner

from cordpair.api.passwords import Passwords
from cordpair.cli import app
from cordpair.store import Store


@pytest.fixture
def typed(cordpair, centre):
    """Runs a command with something at its standard input."""
    return lambda said, *arguments: CliRunner().invoke(app, ["agents", *arguments], input=said)


async def kept(directory) -> dict[str, str | None]:
    store = await Store.open(directory / "cordpair.db")
    try:
        return {name: await store.sign_ins.password(name) for name in ("ann", "bob")}
    finally:
        await store.close()


def good(directory, name: str, password: str) -> bool:
    async def look() -> bool:
        passwords = Passwords()
        try:
            return (await passwords.verify((await kept(directory))[name], password)).good
        finally:
            passwords.close()

    return asyncio.run(look())


def test_from_standard_input(typed, tmp_path):
    done = typed("correct horse\n", "password", "ann", "--stdin")
    assert done.exit_code == 0, done.output
    assert "correct" not in done.output
    assert good(tmp_path, "ann", "correct horse") and not good(tmp_path, "ann", "correct horse ")
    assert not good(tmp_path, "bob", "correct horse")
    for file in tmp_path.glob("cordpair.db*"):
        assert b"correct horse" not in file.read_bytes()


def test_from_a_prompt_twice(typed, tmp_path):
    assert typed("correct horse\ncorrect house\ncorrect horse\ncorrect horse\n", "password", "ann").exit_code == 0
    assert good(tmp_path, "ann", "correct horse")


def test_a_generated_one_is_shown_once(typed, tmp_path):
    done = typed("", "password", "ann", "--generate")
    shown = done.stdout.strip()
    assert len(shown) >= 16 and good(tmp_path, "ann", shown)
    assert shown not in typed("", "list").output


def test_the_list_says_who_has_one(typed):
    typed("correct horse\n", "password", "ann", "--stdin")
    lines = typed("", "list").stdout.splitlines()
    assert "since" in next(line for line in lines if line.lstrip().startswith("ann"))
    assert "none" in next(line for line in lines if line.lstrip().startswith("bob"))
    assert typed("", "password", "ann", "--remove").exit_code == 0
    assert "since" not in typed("", "list").stdout


@pytest.mark.parametrize(
    ("said", "arguments", "complaint"),
    [
        ("short\n", ("ann", "--stdin"), "8 to 256 characters"),
        ("x" * 257 + "\n", ("ann", "--stdin"), "8 to 256 characters"),
        ("\n", ("ann", "--stdin"), "8 to 256 characters"),
        ("correct horse\n", ("eve", "--stdin"), "there is no agent 'eve'"),
        ("", ("ann", "--stdin", "--generate"), "exclude each other"),
        ("", ("ann", "--remove"), "has no password"),
        ("", ("ann", "correct horse"), "unexpected extra argument"),
    ],
)
def test_what_is_refused_and_changes_nothing(typed, tmp_path, said, arguments, complaint):
    done = typed(said, "password", *arguments)
    assert done.exit_code != 0 and complaint in done.output
    if (tmp_path / "cordpair.db").exists():
        assert asyncio.run(kept(tmp_path)) == {"ann": None, "bob": None}
