"""``cordpair doctor`` where agents' phones are browsers, on a real FreeSWITCH: each condition is made for real."""

from pathlib import Path

import pytest

from freeswitch.test_doctor import MAIN, WholeSocket, as_freeswitch, edited, patient
from lab.event_socket import Refused
from lab.freeswitch import FreeSwitchLab
from pbx.doctor import errors

pytestmark = [pytest.mark.freeswitch, pytest.mark.timeout(90)]

BROWSERS = """
[gateway]
url = "http://127.0.0.1:8080"
[seats.ann-web]
endpoint = "ann-web"
browser = true
"""
WHY = "agents' browsers have no phones"


@pytest.mark.parametrize("kind", [FreeSwitchLab, WholeSocket])
async def test_all_is_well_and_nothing_is_left(tmp_path: Path, kind: type[FreeSwitchLab]) -> None:
    async with patient(tmp_path, kind=kind) as doctor:
        doctor.more = BROWSERS
        assert await doctor.run(status=0) == []
        assert doctor.of("accounts") == "one that is put is found"
        assert doctor.of("seats") == "1 reachable"  # ann has not signed in, and is not missed
        with pytest.raises(Refused, match="no reply"):  # which is what it says when nothing is kept
            await as_freeswitch(doctor).api("hash_dump", "db")


@pytest.mark.parametrize("module", ["mod_hash", "mod_lua"])
async def test_a_module_is_missing(tmp_path: Path, module: str) -> None:
    gone = edited("autoload_configs/modules.conf.xml", f'<load module="{module}"/>', "")
    async with patient(tmp_path, before=gone) as doctor:
        assert await doctor.run(status=0) == []  # nobody needs it
        doctor.more = BROWSERS
        found = await doctor.run()
        assert {(MAIN, "modules"), (MAIN, "accounts")} <= set(errors(found))
        said = {report["about"]: report for report in found}
        assert module in said["modules"]["what"] and said["modules"]["why"] == WHY


@pytest.mark.parametrize(
    ("file", "before"),
    [
        ("autoload_configs/lua.conf.xml", '<param name="xml-handler-bindings" value="directory"/>'),
        ("autoload_configs/lua.conf.xml", "accounts.lua"),
        ("directory/accounts.lua", "cordpair_accounts"),
    ],
)
async def test_the_directory_does_not_look_there(tmp_path: Path, file: str, before: str) -> None:
    async with patient(tmp_path, before=edited(file, before, "")) as doctor:
        doctor.more = BROWSERS
        found = await doctor.run()
        assert errors(found) == [(MAIN, "accounts")]
        assert "does not find it" in found[0]["what"] and "lua.conf.xml" in found[0]["mend"]


@pytest.mark.parametrize("right", ["hash", "user_exists"])
async def test_the_account_on_the_socket_may_not(tmp_path: Path, right: str) -> None:
    async with patient(tmp_path, before=edited("directory/cordpair.xml", f" {right} ", " ")) as doctor:
        doctor.more = BROWSERS
        found = await doctor.run()
        assert errors(found) == [(MAIN, "rights"), (MAIN, "accounts")]
        assert right in found[0]["what"] and found[0]["why"] == WHY
        assert "permission denied" in found[1]["what"]


async def test_their_profile_does_not_run(tmp_path: Path) -> None:
    def gone(lab: FreeSwitchLab) -> None:
        (lab.directory / "conf/sip_profiles/cordpair-browsers.xml").unlink()
        lab.profiles -= 1

    async with patient(tmp_path, before=gone) as doctor:
        assert await doctor.run(status=0) == []
        doctor.more = BROWSERS
        found = await doctor.run()
        assert errors(found) == [(MAIN, "profiles")] and "cordpair-browsers" in found[0]["what"]
