"""Whether a destination may be called: patterns first, then the country and what kind of number it is."""

from phonenumbers import PhoneNumber, PhoneNumberType, ShortNumberCost, number_type, region_code_for_number
from phonenumbers.shortnumberinfo import (
    connects_to_emergency_number,
    expected_cost_for_region,
    is_valid_short_number_for_region,
)

from cordpair.numbers.plan import Kind, Plan
from cordpair.numbers.written import matches

KINDS: dict[int, Kind] = {
    PhoneNumberType.FIXED_LINE: Kind.FIXED_LINE,
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: Kind.TOLL_FREE,
    PhoneNumberType.SHARED_COST: Kind.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE: Kind.PREMIUM_RATE,
    PhoneNumberType.VOIP: Kind.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: Kind.PERSONAL,
    PhoneNumberType.PAGER: Kind.PAGER,
    PhoneNumberType.UAN: Kind.COMPANY,
    PhoneNumberType.VOICEMAIL: Kind.VOICEMAIL,
}


def kind_of(number: PhoneNumber) -> Kind:
    return KINDS.get(number_type(number), Kind.UNKNOWN)


def is_emergency(dialled: str, region: str) -> bool:
    """Also what leads there with digits behind it, as on a mobile phone."""
    return not dialled.startswith("+") and connects_to_emergency_number(dialled, region)


def short_kind(number: PhoneNumber, region: str) -> Kind | None:
    """Of a country's code of a few digits; None where there is no such code."""
    if not is_valid_short_number_for_region(number, region):
        return None
    dear = expected_cost_for_region(number, region) == ShortNumberCost.PREMIUM_RATE
    return Kind.PREMIUM_RATE if dear else Kind.SHORT


def is_listed(patterns: tuple[str, ...], *names: str) -> bool:
    """Whether one of the ways to write a number is among the patterns."""
    return any(matches(pattern, name) for pattern in patterns for name in names if name)


def is_in_reach(plan: Plan, number: PhoneNumber) -> bool:
    """Of a full number: whether its country may be called. A number of no country (+800, satellites) never is so."""
    return region_code_for_number(number) in (plan.countries or {plan.region})


__all__ = ["is_emergency", "is_in_reach", "is_listed", "kind_of", "short_kind"]
