"""Randomness as a function: the journal's seed and a counter give the draw, so that replay draws the same."""

_MASK = (1 << 64) - 1


def draw(seed: int, counter: int) -> float:
    """A number in [0, 1): SplitMix64 (Steele, Lea, Flood 2014) of the counter-th state."""
    state = (seed + counter * 0x9E3779B97F4A7C15) & _MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((state ^ (state >> 31)) >> 11) / (1 << 53)


__all__ = ["draw"]
