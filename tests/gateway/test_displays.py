"""A display on a wall stays signed in for weeks; who may do something does not, whatever they were before."""

from cordpair.api.keys import hash_of
from cordpair_gateway.signing_in.cookies import DISPLAY_MS, SHIFT_MS
from gateway.offices import Staff, office_centre

SET = "UPDATE sign_ins SET began_at = began_at - ?, expires_at = expires_at - ? WHERE name = 'rob'"


async def aged(staff: Staff, ms: int) -> int:
    """What the display is answered that long after it signed in."""
    await staff.centre.store._thread.ask(lambda db: db.execute(SET, [ms, ms]))
    return (await staff.ask("rob", "GET", "/v1/queues"))[0]


async def test_a_display_stays_for_weeks(tmp_path) -> None:
    async with office_centre(tmp_path) as staff:
        await staff.sign_in("rob", "sue")
        token = staff.centre.cookies["rob"].partition("=")[2]
        found = await staff.centre.store.sign_ins.find(hash_of(token), 0)
        assert found is not None and found.expires_at - found.began_at == DISPLAY_MS
        assert await aged(staff, SHIFT_MS + 1) == 200
        assert await aged(staff, DISPLAY_MS) == 401


async def test_one_who_leads_now_signs_in_anew_after_a_shift(tmp_path) -> None:
    async with office_centre(tmp_path) as staff:
        await staff.sign_in("anna", "rob")
        assert (await staff.change("rob", role="supervisor"))[0] == 200
        assert await aged(staff, 0) == 200
        assert await aged(staff, SHIFT_MS) == 401
