"""Which rows an event changed: ``evolve`` says so, and deadlines and index look at just these again."""

from enum import StrEnum


class Kind(StrEnum):
    VISIT = "visit"
    OFFER = "offer"
    AGENT = "agent"
    CONTACT = "contact"
    LEG = "leg"
    NODE = "node"
    MOVE = "move"
    QUEUE = "queue"
    EVERYTHING = "everything"


Row = tuple[Kind, str]
Touched = tuple[Row, ...]

EVERYTHING: Touched = ((Kind.EVERYTHING, ""),)

__all__ = ["EVERYTHING", "Kind", "Row", "Touched"]
