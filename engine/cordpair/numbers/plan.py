"""The dial plan: what the operator decided about numbers. The one place where prefixes are."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What the numbering plan of a country says that a number is for."""

    FIXED_LINE = "fixed_line"
    MOBILE = "mobile"
    FIXED_LINE_OR_MOBILE = "fixed_line_or_mobile"  # where one cannot tell, as in North America
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PREMIUM_RATE = "premium_rate"
    VOIP = "voip"
    PERSONAL = "personal"
    PAGER = "pager"
    COMPANY = "company"  # one number for a company's many lines
    VOICEMAIL = "voicemail"
    SHORT = "short"  # a code of the country, such as directory enquiries
    EMERGENCY = "emergency"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


# What is called every day and costs what a call costs.
EVERYDAY = frozenset(
    {
        Kind.FIXED_LINE,
        Kind.MOBILE,
        Kind.FIXED_LINE_OR_MOBILE,
        Kind.TOLL_FREE,
        Kind.VOIP,
        Kind.COMPANY,
        Kind.INTERNAL,
    }
)


class Class(StrEnum):
    """Where a number leads, as far as dialling differs."""

    INTERNAL = "internal"
    SHORT = "short"
    MOBILE = "mobile"  # of our own country; where nothing is said of it, as any national number
    NATIONAL = "national"
    INTERNATIONAL = "international"


class Form(StrEnum):
    """How the trunk wants a number."""

    E164 = "e164"  # +34932009000
    DIGITS = "digits"  # 34932009000
    NATIONAL = "national"  # as one dials in the country itself: 932009000, 030123456
    SIGNIFICANT = "significant"  # without the country's own prefix: 932009000, 30123456


class Rule(msgspec.Struct, frozen=True):
    """For a class of destinations: the number in a form, after a prefix. Internal and short ones have one form."""

    form: Form = Form.E164
    prefix: str = ""


class Plan(msgspec.Struct, frozen=True):
    """``region``: the country (two letters) of numbers written without one. ``internal``: patterns of numbers that are
    dialled as they are written. ``countries``: where one may call, without any: our own. ``allow`` and ``deny`` are
    patterns beside countries and kinds; what is denied is denied."""

    region: str
    internal: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = EVERYDAY
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    rules: dict[Class, Rule] = {}

    def rule(self, found: Class) -> Rule:
        if found is Class.MOBILE and found not in self.rules:
            found = Class.NATIONAL
        return self.rules.get(found, Rule())


__all__ = ["EVERYDAY", "Class", "Form", "Kind", "Plan", "Rule"]
