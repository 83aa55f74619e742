"""Music and prompts of the lab: generated tones, so that nothing depends on what a package brings."""

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


def write(data: Path) -> None:
    """Fill `moh/` and `sounds/` of a data directory."""
    for name, tones in PROMPTS.items():
        path = data / "sounds" / f"{name}.alaw"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(melody(tones, STEP_MS))
    music = data / "moh" / "hold.alaw"
    music.parent.mkdir(parents=True, exist_ok=True)
    music.write_bytes(melody(MUSIC, MUSIC_STEP_MS))


__all__ = ["MUSIC", "RATE", "melody", "write"]
