"""The contracts of pyproject.toml hold, and each of them bites."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

SOURCES = ("engine", "drivers", "webrtc-gateway")
RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    sources = os.pathsep.join(str(root / folder) for folder in SOURCES)
    return subprocess.run(
        [sys.executable, "-c", RUN, "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": sources, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def contracts(root: Path) -> dict[str, dict[str, object]]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}


def test_every_contract_is_kept(root: Path) -> None:
    result = lint_imports(root)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("inwards", "drivers/cordpair_asterisk/planted.py", "import cordpair_loopback"),
        ("inwards", "engine/cordpair/pbx/planted.py", "import cordpair_loopback"),
        ("inwards", "webrtc-gateway/cordpair_gateway/planted.py", "import cordpair_loopback"),
        ("layers", "engine/cordpair/acd/planted.py", "import cordpair.journal"),
        ("layers", "engine/cordpair/store/planted.py", "import cordpair.journal"),
        ("layers", "engine/cordpair/unplaced.py", ""),
        ("config-leaf", "engine/cordpair/config/planted.py", "import cordpair.acd"),
        ("testing", "engine/cordpair/runtime/planted.py", "import cordpair.testing"),
        ("driver-port", "drivers/cordpair_asterisk/planted.py", "import cordpair.runtime"),
        ("driver-port", "drivers/cordpair_loopback/planted.py", "import cordpair.testing"),
        ("pure", "engine/cordpair/acd/planted.py", "import os"),
        ("pure", "engine/cordpair/acd/planted.py", "from datetime import datetime"),
    ],
)
def test_a_planted_violation_breaks_its_contract(
    root: Path, tmp_path: Path, contract: str, module: str, line: str
) -> None:
    for folder in SOURCES:
        skipped = shutil.ignore_patterns("__pycache__", "web", "static")
        shutil.copytree(root / folder, tmp_path / folder, ignore=skipped)
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / module).write_text(line + "\n", encoding="utf-8")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contracts(root)[contract]['name']} BROKEN" in " ".join(result.stdout.split())


def test_every_part_that_must_be_pure_is_under_contract(root: Path) -> None:
    pure = contracts(root)["pure"]["source_modules"]
    expected = [
        f"cordpair.{name}"
        for name in ("acd", "numbers", "softphones", "sip")
        if (root / "engine/cordpair" / name).exists()
    ]
    for driver in sorted((root / "drivers").glob("cordpair_*")):
        expected += [
            f"{driver.name}.{name}"
            for name in ("translate", "esl")
            if (driver / name).is_dir() or (driver / f"{name}.py").exists()
        ]
    assert pure == expected
