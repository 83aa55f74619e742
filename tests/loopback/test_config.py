"""The URL, the demo's crowd, sharing a PBX by name."""

from typing import get_args

import pytest

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import DriverInput, LegArrived
from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair.pbx import make_driver
from cordpair.testing import ManualClock
from cordpair_loopback import (
    Crowd,
    LoopbackDriver,
    LoopbackPbx,
    Settings,
    factory,
    parse,
    share,
    translate,
    unshare,
)
from cordpair_loopback.pbx import signals

NODE = NodeId("n")


def test_a_full_url() -> None:
    url = "loopback://demo?seats=098-101,200&ring_ms=300&answer_ms=500-3000&callers_per_minute=2.5&dialled=1,2"
    assert parse(url) == Settings(
        name="demo",
        seats=("098", "099", "100", "101", "200"),
        ring_ms=(300, 300),
        answer_ms=(500, 3000),
        callers_per_minute=2.5,
        dialled=("1", "2"),
    )


@pytest.mark.parametrize("url", ["loopback:", "loopback://", "loopback://?"])
def test_a_bare_url(url: str) -> None:
    assert parse(url) == Settings()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("asterisk://x", "no loopback URL"),
        ("loopback://?seat=1", "'seat'"),
        ("loopback://?seats=9-1", "seats"),
        ("loopback://?seats=a-b", "seats"),
        ("loopback://?answer_ms=soon", "answer_ms"),
        ("loopback://?answer_ms=5-1", "smaller"),
        ("loopback://?callers_per_minute=many", "callers_per_minute"),
        ("loopback://?callers_per_minute=nan", "callers_per_minute"),
        ("loopback://?seed=x", "seed"),
        ("loopback://?seats", "key=value"),
    ],
)
def test_what_is_wrong_is_named(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        parse(url)


def test_the_factory_makes_phones_for_the_endpoints() -> None:
    driver = factory(NODE, "loopback:", "main", ("101", "102"))
    assert list(driver.pbx.phones) == ["101", "102"]
    assert list(factory(NODE, "loopback://?seats=7", "main", ("101",)).pbx.phones) == ["7"]


def test_a_shared_pbx_is_found_by_its_name() -> None:
    pbx = LoopbackPbx(ManualClock())
    share("bench", pbx)
    try:
        driver = make_driver(NODE, "loopback://bench", "main", ())
        assert isinstance(driver, LoopbackDriver)
        assert driver.pbx is pbx
    finally:
        unshare("bench")


async def day(seed: int) -> list[DriverInput]:
    clock = ManualClock()
    settings = parse(
        f"loopback://?seats=101-103&callers_per_minute=30&dialled=1,2&patience_ms=1000-9000&sign_in=011,022&seed={seed}"
    )
    pbx = LoopbackPbx(clock, phones=settings.seats)
    driver = LoopbackDriver(NODE, pbx, "main", settings.seats, Crowd(pbx, settings))
    inputs: list[DriverInput] = []

    def emit(seen: DriverInput) -> None:
        inputs.append(seen)
        if isinstance(seen, LegArrived) and seen.context == "cordpair-agents":
            pbx.switch.end(pbx.switch.leg(seen.leg), 200)

    await driver.open(emit)
    await clock.advance(60_000)
    return inputs


async def test_the_crowd_signs_in_and_calls_the_same_way_every_time() -> None:
    inputs = await day(1)
    arrived = [seen for seen in inputs if isinstance(seen, LegArrived)]
    codes = [(seen.endpoint, seen.dialled) for seen in arrived if seen.context == "cordpair-agents"]
    assert sorted(codes) == [(seat, code) for seat in ("101", "102", "103") for code in ("011", "022")]
    assert 15 < len(arrived) - len(codes) < 60
    assert inputs == await day(1)
    assert inputs != await day(2)


def test_every_signal_has_its_input_and_every_cause_its_status() -> None:
    assert set(translate.INPUTS) == set(get_args(signals.Signal))
    assert set(translate.STATUSES) == set(Cause)
    for cause, status in translate.STATUSES.items():
        elsewhere = cause is Cause.ANSWERED_ELSEWHERE
        assert translate.cause(status, elsewhere=elsewhere) is cause
