"""Passwords and sign-ins are kept, and end when they should."""

from cordpair.store import SignIn


def sign_in(*fields):
    return SignIn(*fields)


async def test_a_password_is_there_until_it_is_removed(store) -> None:
    sign_ins = store.sign_ins
    assert await sign_ins.password("ann") is None
    await sign_ins.put_password("ann", "h1", 5)
    await sign_ins.put_password("ann", "h2", 6)
    await sign_ins.put_password("ben", "h3", 7)
    assert (await sign_ins.password("ann"), await sign_ins.passwords()) == ("h2", {"ann": 6, "ben": 7})
    await sign_ins.rehash("ann", "h1", "worse")
    await sign_ins.rehash("ann", "h2", "h2-better")
    assert await sign_ins.password("ann") == "h2-better"
    assert await sign_ins.remove_password("ann")
    assert not await sign_ins.remove_password("ann")
    assert await sign_ins.password("ann") is None


async def test_a_sign_in_is_good_until_it_ends_and_is_forgotten_then(store) -> None:
    sign_ins = store.sign_ins
    first, second = sign_in(b"1", "ann", 0, 10), sign_in(b"2", "ben", 5, 15)
    await sign_ins.add(first)
    await sign_ins.add(second)
    assert (await sign_ins.find(b"1", 9), await sign_ins.find(b"1", 10)) == (first, None)
    assert (await sign_ins.good(9), await sign_ins.good(10)) == ({b"1", b"2"}, {b"2"})
    await sign_ins.checked(b"2", 8)
    assert (await sign_ins.find(b"2", 9)).checked_at == 8
    await sign_ins.remove(b"2")
    assert await sign_ins.find(b"2", 9) is None
    await sign_ins.add(sign_in(b"3", "ann", 12, 20))
    assert await sign_ins.find(b"1", 0) is None  # it had expired


async def test_another_password_ends_every_sign_in_with_the_one_before(store) -> None:
    sign_ins = store.sign_ins
    await sign_ins.put_password("ann", "h", 0)
    for number, agent in enumerate(("ann", "ann", "ben")):
        await sign_ins.add(sign_in(bytes([number]), agent, 0, 10))
    await sign_ins.put_password("ann", "h2", 1)
    assert await sign_ins.good(5) == {b"\x02"}
    assert await sign_ins.remove_password("ben")  # who signed in with an account of the house has none
    assert not await sign_ins.remove_password("ben")
    assert await sign_ins.good(5) == frozenset()
