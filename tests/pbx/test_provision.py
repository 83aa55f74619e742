"""A PBX that has nothing but what ``cordpair provision`` gave it: it takes calls, and takes changes while it does."""

import stat

import pytest

from cordpair.acd import events as ev
from lab.sipp import Plan
from pbx.provisioned import OFFICE, Provisioned

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(90)]

SECOND = f"""
[trunks.office]
profile = "pbx"
addresses = ["{OFFICE}"]
numbers = ["5000"]
"""


SECRETS = {"asterisk": "cordpair.d/ari.conf", "freeswitch": "cordpair.d/event_socket.xml"}
TRUNK_FILE = {"asterisk": "cordpair.d/pjsip.conf", "freeswitch": "cordpair.d/trunks.xml"}
ADDED = {"asterisk": "+[office](cordpair-trunk)", "freeswitch": '+<user id="office"'}
TOLD = {"asterisk": "res_pjsip.so reloaded", "freeswitch": "done  reloadacl"}


async def test_from_an_empty_directory_to_calls_and_a_change_in_the_middle_of_one(lab_of, tmp_path) -> None:
    centre = Provisioned(lab_of, tmp_path)
    said = await centre.begin()
    assert "new secret:" in said
    assert stat.S_IMODE((tmp_path / "secrets/main").stat().st_mode) == 0o600
    written = centre.etc / SECRETS[centre.kind]
    assert stat.S_IMODE(written.stat().st_mode) == 0o640
    assert (await centre.provision()) == (0, f"{centre.etc}: nothing to change\n")
    async with centre.lab as lab, centre.engine as engine:
        crowd = await lab.sipp.callers([Plan("5000", "0301234")])
        await engine.until(lambda state: len(state.visits) == 1, 10)
        # A trunk more: shown, written, read again; whoever waits notices nothing.
        centre.configure("[trunks.provider]", f"{SECOND}[trunks.provider]")
        status, shown = await centre.provision()
        assert (status, ADDED[centre.kind] in shown) == (0, True)
        assert "office" not in (centre.etc / TRUNK_FILE[centre.kind]).read_text()
        refused = await lab.sipp.callers([Plan("5000", "0305555")], address=OFFICE)
        assert (await refused.wait(10)).answered == 0  # nobody knows it yet
        status, said = await centre.provision("--apply", "--yes")
        assert (status, TOLD[centre.kind] in said) == (0, True), said
        other = await lab.sipp.callers([Plan("5000", "0306666")], address=OFFICE)
        await engine.until(lambda state: len(state.visits) == 2, 10)
        assert (await centre.provision())[1].endswith("nothing to change\n")
        assert [len(each.report().calls) for each in (crowd, other)] == [1, 1]
        assert all(call.ending == "open" for each in (crowd, other) for call in each.report().calls)
        assert len(engine.events(ev.ContactArrived)) == 2
        await lab.hang_up_all()
        await engine.until(lambda state: not state.contacts, 10)
        assert await lab.until_empty() == (0, 0)
