"""Which configuration a command means."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cordpair.cli import app, places

GOOD = '[pbx.demo]\nurl = "loopback:"\n'


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That of a service on this machine; the present directory is another."""
    file = tmp_path / "etc" / "cordpair.toml"
    file.parent.mkdir()
    file.write_text(GOOD)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(places, "SYSTEM_FILE", file)
    return file


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    return done.output


def test_where_there_is_none_it_is_that_of_the_service(service: Path) -> None:
    assert said("check").startswith(f"{service}: good")
    assert "full name" in said("people", "list")
    assert (service.parent / "cordpair.db").exists()


def test_the_one_here_comes_first(service: Path) -> None:
    Path("cordpair.toml").write_text(GOOD)
    assert said("check").startswith("cordpair.toml: good")


def test_one_that_is_named_and_missing_is_missed(service: Path) -> None:
    assert "other.toml: cannot be read" in said("check", "other.toml")
    service.unlink()
    assert "cordpair.toml: cannot be read" in said("check")
