"""``cordpair doctor`` finds what is wrong. Each condition is made for real, and nothing of what it tries is left."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cordpair.acd import events as ev
from lab.asterisk import WEB_MODULES, AsteriskLab
from pbx.centre import EngineProcess
from pbx.doctor import Doctor, errors

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(90)]


@contextlib.asynccontextmanager
async def patient(
    directory: Path, *, before: Any = None, extra: Mapping[str, str] | None = None
) -> AsyncIterator[Doctor]:
    """A lab, changed by ``before`` while it is not running yet."""
    lab = AsteriskLab(agents=1, extra=extra)
    if before is not None:
        before(lab)
    async with lab:
        yield Doctor(lab, directory)
        # Whatever it tried, it took away again.
        assert await lab.channels() == await lab.bridges() == []
        async with asyncio.timeout(10):
            while await lab.ari("GET", "applications"):
                await asyncio.sleep(0.05)  # sleep: Asterisk drops an application a moment after its socket
        if lab.recordings.exists():
            assert not [path for path in lab.recordings.iterdir() if path.name != "filled"]


async def test_a_healthy_one_is_left_as_it_was(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        await doctor.lab.sipp.phones(doctor.lab.agents)
        assert await doctor.run(status=0) == []
        assert not doctor.journal.exists()


async def test_a_running_engine_is_not_disturbed(tmp_path: Path) -> None:
    async with AsteriskLab(agents=1) as lab:
        doctor = Doctor(lab, tmp_path)
        async with EngineProcess(lab, tmp_path, doctor.centre()) as engine:
            assert errors(await doctor.run(status=0)) == []
            assert "entries 1 to" in doctor.said
            assert not engine.events(ev.NodeFenced) and not engine.events(ev.NodeLost)
            assert engine.process is not None and engine.process.returncode is None
            assert await engine.stop() == 0
            assert not engine.events(ev.LegAdopted)


async def test_an_unresolvable_host_name(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        renamed = 'hostname no-such-host-here; exec "$@"'
        found = await doctor.run("unshare", "--uts", "sh", "-c", renamed, "sh")
        assert errors(found) == [("machine", "name")]
        assert "no-such-host-here" in found[0]["what"] and "/etc/hosts" in found[0]["mend"]


async def test_a_resolver_that_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.77\n")
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n")
    mounted = 'mount --bind "$1/resolv.conf" /etc/resolv.conf; mount --bind "$1/hosts" /etc/hosts; shift; exec "$@"'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as black_hole:
        black_hole.bind(("127.0.0.77", 53))
        async with patient(tmp_path) as doctor:
            found = await doctor.run("unshare", "--mount", "sh", "-ec", mounted, "sh", str(tmp_path))
    assert errors(found) == [("machine", "name")]
    assert "no answer within" in found[0]["what"]


async def test_a_wrong_password(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        doctor.password = "not-it"
        found = await doctor.run()
        assert errors(found) == [("pbx.main", "login")]
        assert "not-it" not in doctor.said


async def test_nobody_there(tmp_path: Path) -> None:
    async with AsteriskLab(agents=1) as lab:
        doctor = Doctor(lab, tmp_path)
        await lab.stop()
        assert errors(await doctor.run()) == [("pbx.main", "link")]


@pytest.mark.parametrize(
    ("module", "fails"),
    [
        ("format_wav", "nothing can be recorded"),
        ("bridge_softmix", "three parties"),
        ("res_ari_device_states", "no agent is rung"),
    ],
)
async def test_a_missing_module(tmp_path: Path, module: str, fails: str) -> None:
    async with patient(tmp_path, extra={"modules": f"noload = {module}.so"}) as doctor:
        found = [report for report in await doctor.run() if report["about"] == "modules"]
        # Others that need it are not loaded either.
        (report,) = [report for report in found if fails in report["why"]]
        assert report["level"] == "error" and f"{module}.so" in report["what"]


async def test_missing_music(tmp_path: Path) -> None:
    def empty(lab: AsteriskLab) -> None:
        for file in (lab.directory / "data/moh").iterdir():
            file.unlink()

    async with patient(tmp_path, before=empty) as doctor:
        found = await doctor.run()
        assert errors(found) == [("pbx.main", "music")]
        assert "silence" in found[0]["what"]


async def test_a_missing_recording_directory(tmp_path: Path) -> None:
    async with patient(tmp_path, before=lambda lab: shutil.rmtree(lab.recordings)) as doctor:
        found = await doctor.run()
        assert errors(found) == [("pbx.main", "recording")]
        assert "recording/" in found[0]["mend"]
        # Without a recording nobody can listen to the music: it says so instead of guessing.
        assert ("music", "warning") in [(report["about"], report["level"]) for report in found]


async def test_a_full_disk_on_the_pbx(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        assert isinstance(doctor.lab, AsteriskLab)
        inside = doctor.lab.tree.root / "srv/lab" if not doctor.lab.tree.own else doctor.lab.directory
        place = f"{inside}/spool/recording"
        fill = f"mount -t tmpfs -o size=64k tmpfs {place}; head -c 1M /dev/zero > {place}/filled || true"
        enter = ["nsenter", f"--target={doctor.lab.pid}", "--mount", "sh", "-c", fill]
        subprocess.run(enter, check=True, stderr=subprocess.DEVNULL)
        found = await doctor.run()
        assert ("pbx.main", "recording") in errors(found)
        assert "disk" in next(report["mend"] for report in found if report["about"] == "recording")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "full"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=True)
    with contextlib.suppress(OSError), (place / "filled").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_full_disk_for_the_journal(tmp_path: Path, full_disk: Path) -> None:
    async with patient(tmp_path) as doctor:
        doctor.journal = full_disk / "journal.db"
        assert errors(await doctor.run()) == [("journal", "disk")]


@pytest.mark.parametrize(("shift", "level"), [("+90s", "error"), ("-90s", "error"), ("+2s", "warning")])
async def test_clock_skew(tmp_path: Path, shift: str, level: str) -> None:
    async with patient(tmp_path) as doctor:
        status = 1 if level == "error" else 0
        found = await doctor.run("faketime", "--exclude-monotonic", "-f", shift, status=status)
        (clock,) = [report for report in found if report["about"] == "clock"]
        assert clock["level"] == level
        assert ("behind" if shift.startswith("+") else "ahead of") in clock["what"]


async def test_a_user_who_may_only_read(tmp_path: Path) -> None:
    async with patient(tmp_path, extra={"ari": "read_only = yes"}) as doctor:
        assert errors(await doctor.run()) == [("pbx.main", "rights")]


async def test_channelvars_left_out(tmp_path: Path) -> None:
    def forget(lab: AsteriskLab) -> None:
        file = lab.directory / "etc/ari.conf"
        file.write_text(file.read_text().replace("CP_CELL,", ""))

    async with patient(tmp_path, before=forget) as doctor:
        found = await doctor.run()
        assert errors(found) == [("pbx.main", "channelvars")]
        assert "CP_CELL" in found[0]["what"]


async def test_a_prompt_and_a_seat_that_are_not_there(tmp_path: Path) -> None:
    async with patient(tmp_path) as doctor:
        doctor.prompt = "no-such-prompt"
        doctor.seats.append("999")
        found = await doctor.run()
        assert errors(found) == [("pbx.main", "prompts"), ("pbx.main", "seats")]
        assert "no-such-prompt" in found[0]["what"] and "999" in found[1]["what"]


BROWSER = """
[gateway]
url = "http://127.0.0.1:8080"
[seats.ann-web]
endpoint = "ann-web"
browser = true
"""


async def test_accounts_for_browsers_can_be_made(tmp_path: Path) -> None:
    async with patient(tmp_path, extra={"modules": WEB_MODULES}) as doctor:
        await doctor.lab.sipp.phones(doctor.lab.agents)
        doctor.more = BROWSER
        assert await doctor.run(status=0) == []
        assert doctor.of("accounts") == "one that is put is there"
        assert doctor.of("seats") == "1 reachable"
        assert isinstance(doctor.lab, AsteriskLab)
        assert "doctor-" not in await doctor.lab.rx("pjsip show endpoints")


async def test_accounts_that_asterisk_does_not_take(tmp_path: Path) -> None:
    def stock(lab: AsteriskLab) -> None:
        (lab.directory / "etc/sorcery.conf").write_text("")

    async with patient(tmp_path, before=stock) as doctor:
        doctor.more = BROWSER
        found = await doctor.run()
        assert errors(found) == [("pbx.main", "browsers"), ("pbx.main", "accounts")]
        assert "res_pjsip_transport_websocket.so, res_srtp.so" in found[0]["what"]
        assert "403" in found[1]["what"] and "sorcery.conf" in found[1]["mend"]
