"""From what somebody wrote to what the trunk is sent, or to why it is not."""

from enum import StrEnum

import msgspec
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    country_code_for_region,
    format_number,
    is_possible_number_with_reason,
    is_valid_number,
    national_significant_number,
    normalize_digits_only,
    parse,
)
from phonenumbers.shortnumberinfo import is_emergency_number

from cordpair.numbers.allowed import is_emergency, is_in_reach, is_listed, kind_of, short_kind
from cordpair.numbers.plan import Class, Form, Kind, Plan
from cordpair.numbers.written import compact


class Why(StrEnum):
    """Of a number that is not called, for programs."""

    NOT_A_NUMBER = "not_a_number"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNKNOWN_COUNTRY = "unknown_country"
    NOT_IN_USE = "not_in_use"
    EMERGENCY = "emergency"
    KIND = "kind_not_allowed"
    COUNTRY = "country_not_allowed"
    DENIED = "denied"


class NumberRefused(Exception):
    """The message never has the number in it: it may be logged."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why = why


class Destination(msgspec.Struct, frozen=True):
    """``dial``: what the trunk is sent. ``shown``: how the number is written and told apart, E.164 where it has one."""

    dial: str
    shown: str
    kind: Kind
    reach: Class

    def __repr__(self) -> str:
        return f"Destination({self.kind}, {self.reach})"


def resolve(plan: Plan, written: str) -> Destination:
    """Raises NumberRefused. What ``shown`` says leads to the same destination again."""
    number = compact(written)
    if number is None:
        raise NumberRefused(Why.NOT_A_NUMBER, "is no telephone number")
    if is_listed(plan.internal, number):
        if is_emergency_number(number, plan.region) and Kind.EMERGENCY not in plan.kinds:
            raise NumberRefused(Why.EMERGENCY, "is an emergency number, which may not be called from here")
        _must_not_be_denied(plan, number)
        return _made(plan, number, number, Kind.INTERNAL, Class.INTERNAL)
    if "*" in number or "#" in number:
        raise NumberRefused(Why.NOT_A_NUMBER, "is a code of a telephone, which is none of the internal numbers")
    parsed = _parsed(plan, number)
    if parsed is None or not is_valid_number(parsed):
        return _short(plan, number, parsed)
    return _full(plan, parsed)


def _parsed(plan: Plan, number: str) -> PhoneNumber | None:
    try:
        return parse(number, plan.region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE and number.startswith("+"):
            raise NumberRefused(Why.UNKNOWN_COUNTRY, "begins with the code of no country") from None
        if error.error_type == NumberParseException.TOO_LONG:
            raise NumberRefused(Why.TOO_LONG, "has too many digits") from None
        return None


def _full(plan: Plan, number: PhoneNumber) -> Destination:
    e164 = format_number(number, PhoneNumberFormat.E164)
    kind = kind_of(number)
    home = number.country_code == country_code_for_region(plan.region)
    reach = (Class.MOBILE if kind is Kind.MOBILE else Class.NATIONAL) if home else Class.INTERNATIONAL
    _must_not_be_denied(plan, e164)
    if not is_listed(plan.allow, e164):
        if kind not in plan.kinds:
            raise NumberRefused(Why.KIND, f"is a number of kind {kind}, which may not be called")
        if not is_in_reach(plan, number):
            raise NumberRefused(Why.COUNTRY, "is a number of a country that may not be called")
    formed = _formed(number, e164, plan.rule(reach).form)
    if is_emergency(formed, plan.region) and Kind.EMERGENCY not in plan.kinds:
        raise NumberRefused(Why.EMERGENCY, "would reach an emergency service in the form that the trunk wants")
    return _made(plan, formed, e164, kind, reach)


def _formed(number: PhoneNumber, e164: str, form: Form) -> str:
    match form:
        case Form.E164:
            return e164
        case Form.DIGITS:
            return e164[1:]
        case Form.SIGNIFICANT:
            return national_significant_number(number)
        case Form.NATIONAL:
            return normalize_digits_only(format_number(number, PhoneNumberFormat.NATIONAL))


def _short(plan: Plan, number: str, parsed: PhoneNumber | None) -> Destination:
    """A code of the country, or no number at all."""
    if is_emergency(number, plan.region):
        if Kind.EMERGENCY not in plan.kinds:
            raise NumberRefused(Why.EMERGENCY, "is an emergency number, which may not be called from here")
        return _made(plan, number, number, Kind.EMERGENCY, Class.SHORT)
    kind = short_kind(parsed, plan.region) if parsed is not None and not number.startswith("+") else None
    if kind is None or parsed is None or len(number) != len(national_significant_number(parsed)):
        raise _no_such_number(parsed)
    _must_not_be_denied(plan, number)
    if kind not in plan.kinds and not is_listed(plan.allow, number):
        raise NumberRefused(Why.KIND, f"is a number of kind {kind}, which may not be called")
    return _made(plan, number, number, kind, Class.SHORT)


def _no_such_number(parsed: PhoneNumber | None) -> NumberRefused:
    possible = is_possible_number_with_reason(parsed) if parsed is not None else ValidationResult.TOO_SHORT
    if possible == ValidationResult.TOO_SHORT:
        return NumberRefused(Why.TOO_SHORT, "has too few digits")
    if possible == ValidationResult.TOO_LONG:
        return NumberRefused(Why.TOO_LONG, "has too many digits")
    return NumberRefused(Why.NOT_IN_USE, "is no number that is in use in its country")


def _must_not_be_denied(plan: Plan, number: str) -> None:
    if is_listed(plan.deny, number):
        raise NumberRefused(Why.DENIED, "is among the numbers that are never called")


def _made(plan: Plan, formed: str, shown: str, kind: Kind, reach: Class) -> Destination:
    return Destination(plan.rule(reach).prefix + formed, shown, kind, reach)


__all__ = ["Destination", "NumberRefused", "Why", "resolve"]
