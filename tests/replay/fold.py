"""Reads a journal file and says what it comes to: run by tests in this process, in others, and on other Pythons.

    python fold.py JOURNAL [again]

prints the hash of the chain and of the state that the entries fold to, as JSON. ``again`` also decides every input
again, and fails at the first entry that is decided otherwise.
"""

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

import msgspec

from cordpair.acd import Acd, State
from cordpair.acd.events import JournalStarted
from cordpair.acd.inputs import ApplyConfiguration
from cordpair.journal import SqliteReader, current_codec


def digest(state: State) -> str:
    """In the order in which the tables hold their rows: another order could decide otherwise."""
    return hashlib.sha256(msgspec.json.encode(state)).hexdigest()


def fold(path: Path, *, again: bool) -> dict[str, Any]:
    folded, decided = Acd(), Acd()
    entries = 0
    with SqliteReader(path, current_codec()) as reader:
        reading = reader.read()
        for entry in reading:
            entries += 1
            folded.fold(entry.events, entry.at)
            if not again:
                continue
            first = entry.events[0]
            if isinstance(first, JournalStarted):
                assert isinstance(entry.input, ApplyConfiguration)
                decision = decided.start(first.run, first.seed, entry.input.configuration, entry.at)
            else:
                decision = decided.receive(entry.input, entry.at)
            if tuple(decision.events) != entry.events:
                raise SystemExit(f"entry {entry.seq} is decided otherwise:\n{entry.events}\n{decision.events}")
        chain = reading.hash.hex()
    state = digest(folded.state)
    if again and digest(decided.state) != state:
        raise SystemExit("deciding again leads to another state than folding")
    return {"entries": entries, "chain": chain, "state": state}


if __name__ == "__main__":
    found = fold(Path(sys.argv[1]), again="again" in sys.argv[2:])
    print(json.dumps(found | {"python": platform.python_version()}))
