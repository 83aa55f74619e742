"""What a real Asterisk 22.10 sent (tests/data/ari), as if its application and bridges had been ours."""

import gzip
import json
from pathlib import Path
from typing import Any

from cordpair.ids import LegId, NodeId
from cordpair_asterisk.translate import Translator

RECORDED = Path(__file__).parents[1] / "data" / "ari" / "queue_calls.jsonl.gz"


def events() -> list[dict[str, Any]]:
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        return [_ours(json.loads(line)) for line in lines]


def _ours(event: dict[str, Any]) -> dict[str, Any]:
    event["application"] = "cordpair-main"
    if "bridge" in event:
        event["bridge"]["name"] = "cordpair:cell=main"
    return event


def translator(*, knows: list[dict[str, Any]]) -> Translator:
    """One that was told of the legs it originates, as the driver tells it before each request."""
    fresh = Translator(NodeId("pbx"), "main", ("agent-1000",))
    for event in knows:
        peer = event.get("peer")
        if peer is not None:
            fresh.originating(LegId(peer["id"]), "agent-1000")
    return fresh
