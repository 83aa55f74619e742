"""When a queue asks for a person: the cases that the wall-board's page is given too."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cordpair.api.alarms import ALARMS, raised, thresholds
from cordpair.api.views import QueueView, Thresholds
from cordpair.config.model import Alarms

VECTORS = msgspec.json.decode((Path(__file__).parents[1] / "data" / "alarms.json").read_bytes())
NOW_MS = round(datetime.fromisoformat(VECTORS["now"]).timestamp() * 1_000)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["what"])
def test_a_threshold(case: dict[str, Any]) -> None:
    assert list(raised(msgspec.convert(case["queue"], QueueView), NOW_MS)) == case["raised"]


def test_each_alarm_has_its_threshold() -> None:
    fields = {field.name for field in msgspec.structs.fields(Thresholds)}
    assert fields == {*ALARMS, "least_offered"} == {field.name for field in msgspec.structs.fields(Alarms)}


def test_a_queues_own_come_first_and_nought_is_none() -> None:
    usual = Alarms(waiting=10, longest_wait=60_000, service_level=80, least_offered=20)
    assert thresholds(Alarms(), usual) == Thresholds(waiting=10, longest_wait=60.0, service_level=80, least_offered=20)
    own = thresholds(Alarms(waiting=0, longest_wait=1_500), usual)
    assert own == Thresholds(longest_wait=1.5, service_level=80, least_offered=20)
    assert msgspec.json.encode(thresholds(Alarms(), Alarms())) == b"{}"
