"""The Event Socket as a real FreeSWITCH spoke it: tests/data/esl, one JSON object per read or write of a socket."""

import base64
import gzip
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parents[1] / "data" / "esl"


class Chunk(NamedTuple):
    connection: str
    direction: str  # "s2c": FreeSWITCH wrote it, "c2s": a client did
    data: bytes


@cache
def chunks(name: str) -> tuple[Chunk, ...]:
    found = []
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if "dir" in row:
                data = base64.b64decode(row["b64"]) if "b64" in row else row["data"].encode()
                found.append(Chunk(row["conn"], row["dir"], data))
    return tuple(found)


@cache
def streams() -> dict[str, bytes]:
    """Recording and connection → everything that FreeSWITCH wrote on it."""
    found: dict[str, bytes] = {}
    for path in sorted(DATA.glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        for chunk in chunks(name):
            if chunk.direction == "s2c":
                key = f"{name}/{chunk.connection}"
                found[key] = found.get(key, b"") + chunk.data
    return found


def stream(name: str, connection: str = "c1") -> bytes:
    return streams()[f"{name}/{connection}"]


def frames(name: str) -> list[bytes]:
    """The bytes of each frame of a stream, cut by its lengths alone."""
    data, begin = streams()[name], 0
    found = []
    while begin < len(data):
        if data[begin : begin + 1] == b"\n":
            begin += 1
            continue
        head, _, _ = data[begin:].partition(b"\n\n")
        lengths = [line for line in head.split(b"\n") if line.lower().startswith(b"content-length:")]
        end = begin + len(head) + 2 + (int(lengths[0].partition(b":")[2]) if lengths else 0)
        found.append(data[begin:end])
        begin = end
    return found
