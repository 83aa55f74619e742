"""A package's `__init__` says what is public, and all of it is there."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT / folder).parts)
    for folder in ("engine", "drivers", "webrtc-gateway")
    for path in (ROOT / folder).rglob("__init__.py")
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_resolves(package: str) -> None:
    module = importlib.import_module(package)
    assert hasattr(module, "__all__"), f"{package} does not say what is public"
    assert len(set(module.__all__)) == len(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
