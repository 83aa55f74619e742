"""Telephone numbers, pure: what people write in, what the trunk wants out, and whether it may be called at all."""

from cordpair.numbers.caller_ids import CallerIds
from cordpair.numbers.plan import EVERYDAY, Class, Form, Kind, Plan, Rule
from cordpair.numbers.resolve import Destination, NumberRefused, Why, resolve
from cordpair.numbers.written import LONGEST, matches, pattern_problem

__all__ = [
    "EVERYDAY",
    "LONGEST",
    "CallerIds",
    "Class",
    "Destination",
    "Form",
    "Kind",
    "NumberRefused",
    "Plan",
    "Rule",
    "Why",
    "matches",
    "pattern_problem",
    "resolve",
]
