"""A module is one concept: when it outgrows its limit, it has become two."""

from pathlib import Path

import pytest

LIMITS = {"engine": 350, "drivers": 350, "webrtc-gateway": 350, "tests": 500}
SKIPPED = {"node_modules", "__pycache__", "dist", "static"}


def source_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in {".py", ".ts", ".css"} and not SKIPPED.intersection(path.parts)
    )


@pytest.mark.parametrize(("folder", "limit"), LIMITS.items())
def test_no_module_is_longer_than_its_limit(root: Path, folder: str, limit: int) -> None:
    too_long = {}
    for path in source_files(root / folder):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            too_long[str(path.relative_to(root))] = lines
    assert not too_long, f"over {limit} lines"
