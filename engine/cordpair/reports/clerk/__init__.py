"""The process beside the engine's that counts: however much there is to read, calls do not wait for it."""

from cordpair.reports.clerk.clerk import Behind, Busy, Clerk, Gone, Refused, counting_of
from cordpair.reports.clerk.questions import Find, Row, Tell, TellStory, Told

__all__ = ["Behind", "Busy", "Clerk", "Find", "Gone", "Refused", "Row", "Tell", "TellStory", "Told", "counting_of"]
