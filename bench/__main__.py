"""``python -m bench [PART …]``: run parts, or all of them."""

import argparse
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.asterisk_floor import ASTERISK
from bench.freeswitch_floor import FREESWITCH
from bench.report import line
from cordpair.runtime import run_loop
from lab.freeswitch import NoFreeSwitch, find

ALONE = {
    "core": "core", "memory": "memory", "gc": "gc_stalls", "journal": "journal", "replay": "replay", "esl": "esl",
    "web": "web", "wall": "wall", "reports": "reports",
}  # fmt: skip
ON_A_PBX = {
    "recovery": "recovery", "setup": "setup", "idle-gap": "idle_gap", "cpu": "cpu", "idle-gap-web": "idle_gap_web",
    "load": "load",
}  # fmt: skip
# Without the ending: on an Asterisk.
ON_FREESWITCH = {f"{part}-freeswitch": ON_A_PBX[part] for part in ("setup", "idle-gap", "cpu", "load")}
PARTS = (*ALONE, *ON_A_PBX, *ON_FREESWITCH)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure Cordpair; ratios above 1 are ours.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parts = parser.parse_args().parts or _all()
    for unknown in set(parts) - set(PARTS):
        parser.error(f"there is no part {unknown!r}; there are {', '.join(PARTS)}")
    if len(parts) > 1:  # each in a process of its own: none inherits the other's memory and settings
        return max(subprocess.run([sys.executable, "-m", "bench", part], check=False).returncode for part in parts)
    line(f"--- {parts[0]}")
    try:
        with tempfile.TemporaryDirectory(prefix="cordpair-bench-") as directory:
            run_loop(_measure(parts[0], Path(directory)))
    except NoFreeSwitch as missing:
        line(f"not measured: {missing}")
        return 1
    return 0


def _all() -> list[str]:
    """Those that can be measured here."""
    try:
        find()
    except NoFreeSwitch as missing:
        line(f"not measured: {', '.join(ON_FREESWITCH)}: {missing}")
        return [part for part in PARTS if part not in ON_FREESWITCH]
    return list(PARTS)


async def _measure(part: str, directory: Path) -> None:
    module = importlib.import_module(f"bench.{(ALONE | ON_A_PBX | ON_FREESWITCH)[part]}")
    if part in ALONE:
        await module.main(directory)
    else:
        await module.main(directory, FREESWITCH if part in ON_FREESWITCH else ASTERISK)


if __name__ == "__main__":
    sys.exit(main())
