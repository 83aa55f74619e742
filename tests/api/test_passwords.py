"""Passwords are looked at beside the loop, by a few at a time, and a name that nobody has costs as much as another."""

import asyncio

import pytest
from argon2 import PasswordHasher

from cordpair.api import passwords as module
from cordpair.api.passwords import Passwords, TooManyPasswords, hash_password, make_password


@pytest.fixture
def passwords():
    made = Passwords(threads=1, waiting=1)
    yield made
    made.close()


async def test_the_right_one_is_good_and_nothing_else(passwords) -> None:
    hash = hash_password("correct horse")
    assert hash.startswith("$argon2id$")
    assert await passwords.verify(hash, "correct horse") == (True, None)
    for wrong in ("", "correct", "correct horse\0", "correct horse" * 20):
        assert not (await passwords.verify(hash, wrong)).good
    assert not (await passwords.verify("no hash at all", "correct horse")).good


async def test_nobody_has_every_password(passwords, monkeypatch) -> None:
    looked = []

    class Watched(PasswordHasher):
        def verify(self, hash, password):
            looked.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(module, "_hasher", Watched())
    assert not (await passwords.verify(None, "correct horse")).good
    assert looked[0].startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # as much work as for somebody


async def test_an_old_hash_is_made_anew(passwords) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024).hash("correct horse")
    verified = await passwords.verify(old, "correct horse")
    assert verified.good and verified.better is not None
    assert (await passwords.verify(verified.better, "correct horse")).good


async def test_more_than_may_wait_are_turned_away_and_the_loop_goes_on(passwords) -> None:
    hash = hash_password("correct horse")
    tries = [asyncio.create_task(passwords.verify(hash, f"guess {number}")) for number in range(5)]
    turns = 0
    while not all(each.done() for each in tries):
        await asyncio.sleep(0)
        turns += 1
    said = await asyncio.gather(*tries, return_exceptions=True)
    assert [isinstance(each, TooManyPasswords) for each in said] == [False, False, True, True, True]
    assert turns > 10
    assert (await passwords.verify(hash, "correct horse")).good


def test_made_passwords_differ() -> None:
    assert len({make_password() for _ in range(100)}) == 100
