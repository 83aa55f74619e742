"""What a person says and shows to Chromium's fake devices: a tone of one frequency, a moving picture of one colour."""

import math
import struct
import wave
from pathlib import Path

RATE, SECONDS = 48_000, 2  # whole periods of every whole frequency: the file is played round and round
WIDTH, HEIGHT, PICTURES = 160, 120, 10


def tone(path: Path, hertz: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        step = 2 * math.pi * hertz / RATE
        file.writeframes(b"".join(struct.pack("<h", round(12_000 * math.sin(step * n))) for n in range(RATE * SECONDS)))
    return path


def picture(path: Path, chroma: tuple[int, int]) -> Path:
    """A field of this colour (Cb, Cr) with a bright bar that moves."""
    planes = bytes([chroma[0]]) * (WIDTH * HEIGHT // 4) + bytes([chroma[1]]) * (WIDTH * HEIGHT // 4)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(PICTURES):
            left = number * WIDTH // PICTURES
            line = bytearray([90]) * WIDTH
            line[left : left + WIDTH // PICTURES] = bytes([220]) * (WIDTH // PICTURES)
            file.write(b"FRAME\n" + bytes(line) * HEIGHT + planes)
    return path


__all__ = ["picture", "tone"]
