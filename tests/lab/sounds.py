"""Music and prompts of the lab: generated tones, so that nothing depends on what a package brings."""

import struct
from pathlib import Path

from cordpair.testing.people import MUSIC, RATE, melody

# Prompts of our own, and those of Asterisk's standard set that are used where the packages lack them. A file
# of the language directory is found first, so these never hide a real one.
PROMPTS: dict[str, tuple[int, ...]] = {
    "cordpair/signed-in": (440, 880),
    "cordpair/signed-out": (880, 440),
    "cordpair/ready": (640, 640, 960),
    "cordpair/not-ready": (960, 640, 640),
    "cordpair/wrong-code": (240, 240, 240),
    "cordpair/welcome": (440, 560, 640, 880),
    "cordpair/closed": (640, 560, 440, 240),
    "agent-loginok": (440, 880),
    "agent-loggedoff": (880, 440),
    "agent-incorrect": (240, 240),
    "all-circuits-busy-now": (440, 0, 440),
    "beep": (1000,),
    "pls-try-call-later": (440, 240),
    "silence/1": (0,) * 5,
}
STEP_MS = 200
MUSIC_STEP_MS = 500


def write(data: Path, *, wav: bool = False) -> None:
    """Fill `moh/` and `sounds/` of a data directory, with bare A-law or with .wav files of it."""
    files = {f"sounds/{name}": melody(tones, STEP_MS) for name, tones in PROMPTS.items()}
    files["moh/hold"] = melody(MUSIC, MUSIC_STEP_MS)
    for name, audio in files.items():
        path = data / f"{name}.{'wav' if wav else 'alaw'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_wav_header(len(audio)) + audio if wav else audio)


def _wav_header(size: int) -> bytes:
    """RIFF, A-law (format 6), mono, 8 bit."""
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, 6, 1, RATE, RATE, 1, 8, 0)
    rest = b"WAVE" + form + struct.pack("<4sII4sI", b"fact", 4, size, b"data", size)
    return struct.pack("<4sI", b"RIFF", len(rest) + size) + rest


__all__ = ["MUSIC", "RATE", "melody", "write"]
