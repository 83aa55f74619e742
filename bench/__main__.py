"""``python -m bench [PART …]``: run parts, or all of them."""

import argparse
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.report import line
from cordpair.runtime import run_loop

PARTS = {
    "core": "core",
    "memory": "memory",
    "gc": "gc_stalls",
    "journal": "journal",
    "replay": "replay",
    "recovery": "recovery",
    "setup": "setup",
    "idle-gap": "idle_gap",
    "cpu": "cpu",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure Cordpair; ratios above 1 are ours.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parts = parser.parse_args().parts or list(PARTS)
    for unknown in set(parts) - set(PARTS):
        parser.error(f"there is no part {unknown!r}; there are {', '.join(PARTS)}")
    if len(parts) > 1:  # each in a process of its own: none inherits the other's memory and settings
        return max(subprocess.run([sys.executable, "-m", "bench", part], check=False).returncode for part in parts)
    line(f"--- {parts[0]}")
    with tempfile.TemporaryDirectory(prefix="cordpair-bench-") as directory:
        module = importlib.import_module(f"bench.{PARTS[parts[0]]}")
        run_loop(module.main(Path(directory)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
