"""What a customer's browser has to fetch, and that nothing built names where it was built."""

import json

from browser.fake_gateway import STATIC


def test_each_stage_is_inside_its_budget(chromium: str) -> None:
    sizes = json.loads((STATIC / "sizes.json").read_text(encoding="utf-8"))
    assert sizes["help"] <= 15_000
    assert sizes["phone"] <= 64_000
    assert sizes["recorder"] <= 30_000
    assert sizes["dial"] <= 5_000


def test_the_button_brings_neither_phone_nor_recorder(chromium: str) -> None:
    first = (STATIC / "help.js").read_text(encoding="utf-8")
    assert "REGISTER" not in first
    assert "maskAllInputs" not in first
