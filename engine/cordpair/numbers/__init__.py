"""Telephone numbers, pure: what people write in, what the trunk wants out, and whether it may be called at all."""

from cordpair.numbers.allowed import kind_of
from cordpair.numbers.plan import EVERYDAY, Class, Form, Kind, Plan, Rule
from cordpair.numbers.resolve import Destination, NumberRefused, Why, resolve, resolve_shown
from cordpair.numbers.written import LONGEST, matches, pattern_problem

__all__ = [
    "EVERYDAY",
    "LONGEST",
    "Class",
    "Destination",
    "Form",
    "Kind",
    "NumberRefused",
    "Plan",
    "Rule",
    "Why",
    "kind_of",
    "matches",
    "pattern_problem",
    "resolve",
    "resolve_shown",
]
