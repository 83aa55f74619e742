"""Whatever is written: a destination of digits, or a reason; and what it says leads to itself."""

import string

import phonenumbers
from hypothesis import example, given
from hypothesis import strategies as st

from cordpair.numbers import Class, Form, Kind, NumberRefused, Plan, Rule, matches, pattern_problem, resolve

REGIONS = st.sampled_from(["ES", "DE", "GB", "US", "IT", "AR", "BR", "IN", "AU", "JP", "FR"])
INTERNAL = st.sampled_from([(), ("1X",), ("2XXX", "*9X"), ("9*",)])
SPELT = st.text(alphabet="0123456789+-. ()/*#", max_size=24)
HOSTILE = st.text(max_size=80) | st.text(alphabet=string.printable, max_size=80)
DIALLED = set("0123456789+*#")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    rule = st.builds(Rule, st.sampled_from(Form), st.sampled_from(["", "0", "9", "00", "#31#"]))
    return Plan(
        draw(REGIONS),
        internal=draw(INTERNAL),
        countries=draw(st.frozensets(REGIONS, max_size=3)),
        kinds=draw(st.frozensets(st.sampled_from(Kind))),
        allow=draw(st.sampled_from([(), ("+*",), ("+34*",)])),
        rules=draw(st.dictionaries(st.sampled_from(Class), rule)),
    )


@st.composite
def real_numbers(draw: st.DrawFn) -> str:
    region = draw(REGIONS)
    kind = draw(st.sampled_from(sorted(set(phonenumbers.PhoneNumberType.values()) - {99})))
    number = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert number is not None
    form = draw(st.sampled_from([phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL]))
    return phonenumbers.format_number(number, form)


@given(plans(), HOSTILE | SPELT | real_numbers())
@example(Plan("ES"), "93200900\r\nAction: Originate")
def test_digits_or_a_reason(plan, written):
    try:
        found = resolve(plan, written)
    except NumberRefused as refused:
        assert str(refused)
        return
    assert set(found.dial) <= DIALLED
    assert set(found.shown) <= DIALLED
    assert found.shown.count("+") <= 1
    again = resolve(plan, found.shown)
    assert again == found, "what it is called by leads to it again"
    assert not any(character in written for character in "\r\n\x00")


@given(plans(), real_numbers())
def test_without_prefixes_what_is_dialled_leads_to_itself(plan, written):
    plain = Plan(plan.region, plan.internal, plan.countries, plan.kinds, plan.allow)
    try:
        found = resolve(plain, written)
    except NumberRefused:
        return
    assert resolve(plain, found.dial) == found


@given(st.text(alphabet="0123456789X+*#", max_size=12), st.text(alphabet="0123456789+*#", max_size=12))
def test_patterns_never_stumble(pattern, number):
    fits = matches(pattern, number)
    if fits and pattern_problem(pattern) is None and not pattern.endswith("*"):
        assert len(pattern) == len(number)
