"""Counted intervals and ended contacts, kept in a file of their own for longer than the journal keeps its entries."""

from cordpair.reports.archive.archive import MARK_EVERY, Archive
from cordpair.reports.archive.contacts import Track
from cordpair.reports.archive.ended import Wanted
from cordpair.reports.archive.story import EndedContact, NoSuchContact, Story, tell_story

__all__ = ["MARK_EVERY", "Archive", "EndedContact", "NoSuchContact", "Story", "Track", "Wanted", "tell_story"]
