"""Events as rrweb makes them, as small as they can be."""

import json
from typing import Any

from cordpair_gateway.shared.frames import FULL, META, Batch, read


def meta(href: str = "https://shop.test/checkout") -> dict[str, Any]:
    return {"type": META, "data": {"href": href, "width": 800, "height": 600}, "timestamp": 1}


def full(text: str = "page") -> dict[str, Any]:
    return {"type": FULL, "data": {"node": {"type": 0, "textContent": text}}, "timestamp": 2}


def change(text: str = "x") -> dict[str, Any]:
    return {"type": 3, "data": {"source": 0, "texts": [{"id": 1, "value": text}]}, "timestamp": 3}


def message(*events: dict[str, Any]) -> str:
    return json.dumps({"type": "events", "events": events})


def batch(*events: dict[str, Any]) -> Batch:
    found = read(message(*events))
    assert isinstance(found, Batch)
    return found


def texts(frame: bytes | str) -> list[str]:
    """What a frame's events show, in their order."""
    found = []
    for event in json.loads(frame).get("events", []):
        data = event["data"]
        found.append(data.get("href") or data.get("node", {}).get("textContent") or data["texts"][0]["value"])
    return found


__all__ = ["batch", "change", "full", "message", "meta", "texts"]
