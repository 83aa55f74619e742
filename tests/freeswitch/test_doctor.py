"""``cordpair doctor`` on a real FreeSWITCH. Each condition is made for real, and nothing of what it tries is left."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from cordpair.acd import events as ev
from lab.freeswitch import FreeSwitchLab
from lab.freeswitch_files import ENGINE
from lab.sipp import Plan
from pbx.centre import EngineProcess
from pbx.doctor import SERVICE, Doctor, errors

pytestmark = [pytest.mark.freeswitch, pytest.mark.timeout(90)]

MAIN = "pbx.main"
PROMPT = "cordpair/ready"


class WholeSocket(FreeSwitchLab):
    """With the Event Socket's own password, which may do everything."""

    @property
    def url(self) -> str:
        return self.esl_url


@contextlib.asynccontextmanager
async def patient(
    directory: Path,
    *,
    before: Callable[[FreeSwitchLab], object] | None = None,
    extra: Mapping[str, str] | None = None,
    kind: type[FreeSwitchLab] = FreeSwitchLab,
) -> AsyncIterator[Doctor]:
    """A lab, changed by ``before`` while it is not running yet; its one phone is registered."""
    lab = kind(agents=1, extra=extra)
    if before is not None:
        before(lab)
    async with lab:
        await lab.sipp.phones(lab.agents)
        yield Doctor(lab, directory, PROMPT)
        # Whatever it tried, it took away again.
        await lab.sipp.close()
        await until_no_channel(lab)
        if lab.recordings.is_dir():
            assert not [path for path in lab.recordings.iterdir() if path.name != "filled"]


async def until_no_channel(lab: FreeSwitchLab) -> None:
    async with asyncio.timeout(10):
        while await lab.channels():
            await asyncio.sleep(0.05)  # sleep: an outside observer is told nothing


def as_freeswitch(doctor: Doctor) -> FreeSwitchLab:
    assert isinstance(doctor.lab, FreeSwitchLab)
    return doctor.lab


def edited(name: str, before: str, after: str) -> Callable[[FreeSwitchLab], object]:
    """A file of the configuration that somebody has changed."""

    def edit(lab: FreeSwitchLab) -> None:
        file = lab.directory / "conf" / name
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))

    return edit


@pytest.mark.parametrize("kind", [FreeSwitchLab, WholeSocket])
async def test_a_healthy_one_is_left_as_it_was(tmp_path: Path, kind: type[FreeSwitchLab]) -> None:
    async with patient(tmp_path, kind=kind) as doctor:
        assert await doctor.run(status=0) == []
        assert not doctor.journal.exists()
        for about in ("events", "recording", "music", "prompts", "seats", "dialplan", "conference", "socket", "list"):
            assert doctor.of(about), f"{about} was not looked at"
        await doctor.lab.sipp.close()


async def test_a_running_engine_is_not_disturbed(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor, EngineProcess(doctor.lab, tmp_path, doctor.centre()) as engine:
        assert errors(await doctor.run(status=0)) == []
        assert "entries 1 to" in doctor.said
        for kind in (ev.NodeFenced, ev.NodeLost, ev.ContactArrived, ev.LegAdopted):
            assert not engine.events(kind)
        await doctor.lab.sipp.callers([Plan(SERVICE, hang_up_after=0.1)])
        await engine.until(lambda _: len(engine.events(ev.ContactArrived)) == 1, 10)
        assert await engine.stop() == 0


async def test_a_wrong_password(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        doctor.password = "not-it"
        assert errors(await doctor.run()) == [(MAIN, "login")]
        assert "not-it" not in doctor.said


async def test_nobody_there(tmp_path: Path) -> None:
    async with FreeSwitchLab(agents=1) as lab:
        doctor = Doctor(lab, tmp_path)
        await lab.stop()
        assert errors(await doctor.run()) == [(MAIN, "link")]


@pytest.mark.parametrize(
    ("module", "fails", "also"),
    [
        ("mod_conference", "three parties", {"modules", "rights", "conference"}),
        ("mod_sndfile", "nothing can be recorded", {"modules", "recording", "prompts", "music"}),
        ("mod_local_stream", "silence", {"modules", "music"}),
    ],
)
async def test_a_missing_module(tmp_path: Path, module: str, fails: str, also: set[str]) -> None:
    gone = edited("autoload_configs/modules.conf.xml", f'<load module="{module}"/>', "")
    async with patient(tmp_path, before=gone) as doctor:
        found = await doctor.run()
        (report,) = [report for report in found if report["about"] == "modules"]
        assert report["level"] == "error" and module in report["what"] and fails in report["why"]
        assert {about for _, about in errors(found)} <= also


async def test_a_profile_that_does_not_run(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        lab = as_freeswitch(doctor)
        async with asyncio.timeout(30):
            while "cordpair-trunks" in await lab.api("sofia", "status"):
                await lab.api("sofia", "profile", "cordpair-trunks", "stop")
                await asyncio.sleep(0.5)  # sleep: a profile must have run for ten seconds before it may be stopped
        found = await doctor.run()
        assert errors(found) == [(MAIN, "profiles")] and "cordpair-trunks" in found[0]["what"]


@pytest.mark.parametrize(
    ("file", "before", "after", "about", "says"),
    [
        (
            "autoload_configs/conference.conf.xml",
            'profile name="cordpair"',
            'profile name="x"',
            "conference",
            "profile",
        ),
        ("autoload_configs/local_stream.conf.xml", 'name="default"', 'name="other"', "music", "no such local_stream"),
        ("dialplan/cordpair.xml", 'context name="cordpair-in"', 'context name="x"', "dialplan", "cordpair-in is not"),
        (
            "dialplan/parts/arrive.xml",
            '<action application="set" data="park_after_bridge=true"/>',
            "",
            "dialplan",
            "park_after_bridge=true",
        ),
        ("freeswitch.xml", 'data="cp_app=cordpair-main"', 'data="cp_app=cordpair-x"', "cell", "'x'"),
    ],
)
async def test_files_that_were_changed(
    tmp_path: Path, file: str, before: str, after: str, about: str, says: str
) -> None:
    def change(lab: FreeSwitchLab) -> None:
        edited(file, before, after)(lab)
        own = lab.directory / "conf/cordpair.d" / "vars.xml"  # it would have the last word
        own.write_text("\n".join(line for line in own.read_text().splitlines() if "cp_app=" not in line))

    async with patient(tmp_path, before=change) as doctor:
        found = await doctor.run()
        assert {each for _, each in errors(found)} - {"dialplan"} <= {about}
        assert any(report["about"] == about and says in report["what"] for report in found), found


async def test_callers_without_a_way_to_the_fallback(tmp_path: Path) -> None:
    def forget(lab: FreeSwitchLab) -> None:
        file = lab.directory / "conf/dialplan/parts/arrive.xml"
        file.write_text("\n".join(line for line in file.read_text().splitlines() if "sched_transfer" not in line))

    async with patient(tmp_path, before=forget) as doctor:
        (report,) = await doctor.run(status=0)
        assert (report["about"], report["level"]) == ("dialplan", "warning") and "fallback" in report["what"]


async def test_no_fallback(tmp_path: Path) -> None:
    """Only the socket's own password may look into the dialplan."""
    gone = edited("dialplan/cordpair.xml", 'context name="cordpair-fallback"', 'context name="x"')
    async with patient(tmp_path, before=gone, kind=WholeSocket) as doctor:
        assert errors(await doctor.run()) == [(MAIN, "dialplan")]


async def test_music_without_a_file(tmp_path: Path) -> None:
    def empty(lab: FreeSwitchLab) -> None:
        for file in (lab.directory / "moh").iterdir():
            file.unlink()

    async with patient(tmp_path, before=empty) as doctor:
        found = await doctor.run()
        assert errors(found) == [(MAIN, "music")] and "silence" in found[0]["what"]


async def test_recordings_that_cannot_be_written(tmp_path: Path) -> None:
    def blocked(lab: FreeSwitchLab) -> None:
        lab.recordings.rmdir()
        lab.recordings.write_text("a file where the folder should be")

    async with patient(tmp_path, before=blocked) as doctor:
        found = await doctor.run()
        assert errors(found) == [(MAIN, "recording")] and str(doctor.lab.directory) in found[0]["mend"]


async def test_a_full_disk_on_the_pbx(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        place = doctor.lab.directory / "recordings"
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=True)
        try:
            with contextlib.suppress(OSError):
                (place / "filled").write_bytes(bytes(1_000_000))
            found = await doctor.run()
            assert errors(found) == [(MAIN, "recording")] and "disk" in found[0]["mend"]
        finally:
            subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("kind", [FreeSwitchLab, WholeSocket])
async def test_a_prompt_and_a_seat_that_are_not_there(tmp_path: Path, kind: type[FreeSwitchLab]) -> None:
    async with patient(tmp_path, kind=kind) as doctor:
        doctor.prompt = "no-such-prompt"
        doctor.seats.append("999")
        found = await doctor.run()
        assert errors(found) == [(MAIN, "prompts"), (MAIN, "seats")]
        assert "no-such-prompt" in found[0]["what"] and "999" in found[1]["what"]


async def test_a_phone_that_is_away_and_one_registered_elsewhere(tmp_path: Path) -> None:
    async with FreeSwitchLab(agents=2) as lab:
        await lab.sipp.phones(lab.agents[:1])
        doctor = Doctor(lab, tmp_path, PROMPT)
        (report,) = await doctor.run(status=0)
        assert report["about"] == "seats" and lab.agents[1].number in report["what"]
        doctor.options = "?domain=elsewhere.test"
        found = [report for report in await doctor.run() if report["about"] == "seats"]
        assert any("not in the directory of elsewhere.test" in report["what"] for report in found)


async def test_no_domain(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        await as_freeswitch(doctor).api("global_setvar", "domain=")
        assert (MAIN, "domain") in errors(await doctor.run())


@pytest.mark.parametrize(("shift", "level"), [("+90s", "error"), ("-90s", "error"), ("+2s", "warning")])
async def test_clock_skew(tmp_path: Path, shift: str, level: str) -> None:
    async with patient(tmp_path) as doctor:
        status = 1 if level == "error" else 0
        found = await doctor.run("faketime", "--exclude-monotonic", "-f", shift, status=status)
        (clock,) = [report for report in found if report["about"] == "clock"]
        assert clock["level"] == level
        assert ("behind" if shift.startswith("+") else "ahead of") in clock["what"]


async def test_nearly_all_sessions_in_use(tmp_path: Path) -> None:
    async with patient(tmp_path, extra={"switch": '<param name="max-sessions" value="5"/>'}) as doctor:
        callers = await doctor.lab.sipp.callers("5000", count=4, rate=20)
        await callers.until("ringing", 4, 10)
        (report,) = await doctor.run(status=0)
        assert (report["about"], report["level"]) == ("sessions", "warning") and "4 of 5" in report["what"]
        await doctor.lab.hang_up_all()


async def test_an_account_that_may_not_do_everything(tmp_path: Path) -> None:
    less = edited("directory/cordpair.xml", " uuid_record ", " ")
    events = '<param name="esl-allowed-events" value="CHANNEL_PARK CHANNEL_HANGUP CUSTOM cordpair::doctor"/>'

    def change(lab: FreeSwitchLab) -> None:
        less(lab)
        own = lab.directory / "conf/cordpair.d" / "engine.xml"
        own.write_text(own.read_text().replace("<params>", f"<params>{events}"))

    async with patient(tmp_path, before=change) as doctor:
        found = await doctor.run()
        assert {(MAIN, "rights"), (MAIN, "events")} <= set(errors(found))
        said = {report["about"]: report for report in reversed(found)}
        assert "uuid_record" in said["rights"]["what"] and ENGINE not in said["rights"]["what"]
        assert "CHANNEL_ANSWER" in said["events"]["what"] and "CHANNEL_PARK" not in said["events"]["what"]


async def test_the_password_that_everybody_knows(tmp_path: Path) -> None:
    def known(lab: FreeSwitchLab) -> None:
        own = lab.directory / "conf/cordpair.d" / "event_socket.xml"
        own.write_text(own.read_text().replace(lab.settings.password, "ClueCon"))
        object.__setattr__(lab.settings, "password", "ClueCon")

    async with patient(tmp_path, before=known, kind=WholeSocket) as doctor:
        assert errors(await doctor.run()) == [(MAIN, "password")]


async def test_a_socket_that_is_open_to_the_network(tmp_path: Path) -> None:
    everywhere = {
        "vars": '<X-PRE-PROCESS cmd="set" data="cp_esl_ip=0.0.0.0"/>',
        "acl-engine": '<node type="allow" cidr="0.0.0.0/0"/>',
    }
    async with patient(tmp_path, extra=everywhere) as doctor:
        (report,) = await doctor.run(status=0)
        assert (report["about"], report["level"]) == ("socket", "warning")


async def test_events_that_wait_for_the_next_look(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        doctor.options = "?nudge=0"
        assert await doctor.run(status=0) == []
        assert "nudge=0" in doctor.of("events")
