"""Keys: recognised, or refused without saying more than whoever asks knows already."""

import pytest
from msgspec.structs import replace

from cordpair.api import Role, make_key
from cordpair.api.errors import Unauthorized
from cordpair.api.keys import REMEMBER_MS, KeyRing
from cordpair.store import Store
from cordpair.testing import ManualClock
from lab.api_keys import secret_of


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ring(keys, clock) -> KeyRing:
    return KeyRing(keys, clock)


async def refusal(ring, written) -> str:
    with pytest.raises(Unauthorized) as refused:
        await ring.scope_of(written)
    return refused.value.message


async def test_a_good_key(keys, ring) -> None:
    key = keys.add(Role.AGENT, agent="ann")
    scope = await ring.scope_of(f"Bearer {key}")
    assert (scope.role, scope.agent, scope.key) == (Role.AGENT, "ann", key.split("_")[1])
    assert await ring.scope_of(f"bearer  {key} ") == scope


async def test_only_the_hash_is_kept() -> None:
    key, kept = make_key(name="x", role=Role.ADMIN, at_ms=0)
    assert secret_of(key) not in repr(kept)
    assert len(kept.hash) == 32


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Basic YWRtaW46YWRtaW4=",
        "Bearer cp_000000000000_",
        "Bearer cp_000000000000_" + "A" * 44,
        "Bearer cp_' OR 1=1 --_" + "A" * 43,
        "Bearer " + "é" * 60,
        "Bearer \ud800",
    ],
)
async def test_what_is_no_key(ring, written) -> None:
    assert "Authorization: Bearer" in await refusal(ring, written)


async def test_wrong_secrets_and_unknown_ids_are_told_alike(keys, ring) -> None:
    key = keys.add(Role.ADMIN)
    id = key.split("_")[1]
    wrong = await refusal(ring, f"Bearer cp_{id}_{'A' * 43}")
    assert wrong == await refusal(ring, f"Bearer cp_000000000000_{'A' * 43}")


async def test_a_key_expires(keys, ring, clock) -> None:
    key = keys.add(Role.ADMIN, expires_at=clock.now_ms() + 500)
    await ring.scope_of(f"Bearer {key}")
    await clock.advance(500)
    assert "expired" in await refusal(ring, f"Bearer {key}")


async def test_a_revoked_key_is_good_for_a_second_at_most(ring, keys, clock, tmp_path) -> None:
    store = await Store.open(tmp_path / "s.db")
    written, kept = make_key(name="x", role=Role.PORTAL, at_ms=0, queues=("a", "b"))
    await store.keys.add(kept)
    assert await store.keys.all() == [kept]
    ring = KeyRing(store.keys, clock)
    assert (await ring.scope_of(f"Bearer {written}")).queues == {"a", "b"}
    assert await store.keys.revoke(kept.id, 7)
    assert not await store.keys.revoke(kept.id, 8)
    assert not await store.keys.revoke("none", 8)
    await clock.advance(REMEMBER_MS)
    assert "revoked" in await refusal(ring, f"Bearer {written}")
    await store.close()


async def test_a_key_that_cannot_be_used_as_it_is(keys, ring) -> None:
    assert "agent" in await refusal(ring, f"Bearer {keys.add(Role.AGENT)}")
    key, kept = make_key(name="", role=Role.ADMIN, at_ms=0)
    keys.all[kept.id] = replace(kept, role="emperor")
    assert "role" in await refusal(ring, f"Bearer {key}")


async def test_the_answers(api) -> None:
    key = api.keys.add(Role.ADMIN, expires_at=1)
    for header in ({}, {"Authorization": f"Bearer {key}"}, {"Authorization": "Bearer cp_0_0"}):
        async with api.http.get(api.url + "/v1/agents", headers=header) as response:
            assert response.status == 401
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
            assert (await response.json())["error"]["code"] == "unauthorized"
