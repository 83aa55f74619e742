"""What people write becomes what the trunk wants, or a reason."""

import pytest

from cordpair.numbers import CallerIds, Class, Form, Kind, NumberRefused, Plan, Rule, Why, resolve

SPAIN = Plan("ES", internal=("1X", "2XXX", "*9X"))
GERMANY = Plan(
    "DE",
    countries=frozenset({"DE", "AT"}),
    rules={
        Class.NATIONAL: Rule(Form.NATIONAL, "9"),
        Class.INTERNATIONAL: Rule(Form.DIGITS, "900"),
        Class.INTERNAL: Rule(prefix="7"),
    },
    internal=("4XX",),
)


def refused(plan: Plan, written: str) -> Why:
    with pytest.raises(NumberRefused) as caught:
        resolve(plan, written)
    assert not written or written not in str(caught.value), "a message must not have the number in it"
    return caught.value.why


@pytest.mark.parametrize(
    "written",
    [
        "932009000",
        "932 009 000",
        "93 200 90 00",
        "+34 932-009-000",
        "0034 932009000",
        "tel:+34-932-009-000",
        " (93) 200.90.00 ",
        "\uff0b\uff13\uff14932009000",
        "٩٣٢٠٠٩٠٠٠",
        "93\u00a0200\u00a090\u00a000",
    ],
)
def test_one_number_in_all_its_spellings(written):
    found = resolve(SPAIN, written)
    assert (found.dial, found.shown, found.kind, found.reach) == (
        "+34932009000", "+34932009000", Kind.FIXED_LINE, Class.NATIONAL,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "dial"),
    [
        ("030 123456", "9030123456"),
        ("+49 30 123456", "9030123456"),
        ("+49 (0)30 123456", "9030123456"),
        ("0151 23456789", "9015123456789"),  # mobile, of which nothing is said: as any national number
        ("+43 1 2345678", "9004312345678"),
        ("0043 1 2345678", "9004312345678"),
        ("412", "7412"),
    ],
)
def test_prefixes_and_forms_stand_in_one_place(written, dial):
    assert resolve(GERMANY, written).dial == dial


def test_mobile_numbers_may_have_a_trunk_of_their_own():
    plan = Plan("DE", rules={Class.MOBILE: Rule(Form.SIGNIFICANT, "8"), Class.NATIONAL: Rule(Form.DIGITS)})
    assert resolve(plan, "0151 23456789").dial == "815123456789"
    assert resolve(plan, "030 123456").dial == "4930123456"


@pytest.mark.parametrize("written", ["10", "19", "2345", "*91"])
def test_internal_numbers_are_dialled_as_they_are(written):
    found = resolve(SPAIN, written)
    assert (found.dial, found.reach) == (written, Class.INTERNAL)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", Why.NOT_A_NUMBER),
        ("hello", Why.NOT_A_NUMBER),
        ("93200900x", Why.NOT_A_NUMBER),
        ("1-800-FLOWERS", Why.NOT_A_NUMBER),
        ("932009000 ext. 3", Why.NOT_A_NUMBER),
        ("+34+932009000", Why.NOT_A_NUMBER),
        ("932009000\r\nAction: Originate", Why.NOT_A_NUMBER),
        ("932009000\n", Why.NOT_A_NUMBER),
        ("932009000\x00", Why.NOT_A_NUMBER),
        ("932009000,1", Why.NOT_A_NUMBER),
        ("932009000&PJSIP/evil", Why.NOT_A_NUMBER),
        ("${EVAL(1)}", Why.NOT_A_NUMBER),
        ("9" * 40, Why.NOT_A_NUMBER),
        ("9" * 30, Why.TOO_LONG),
        ("*21*600123456#", Why.NOT_A_NUMBER),
        ("93200900", Why.TOO_SHORT),  # of the whitepaper: a digit is missing
        ("9", Why.TOO_SHORT),
        ("9320090000", Why.TOO_LONG),
        ("+999 123456", Why.UNKNOWN_COUNTRY),
        ("+34 112", Why.TOO_SHORT),
        ("112", Why.EMERGENCY),
        ("1 1 2", Why.EMERGENCY),
        ("11850", Why.KIND),
        ("803 123 456", Why.KIND),
        ("+34 803 123 456", Why.KIND),
        ("+44 20 7946 0000", Why.COUNTRY),
        ("+1 900 234 5678", Why.KIND),
        ("+870 773 111 632", Why.COUNTRY),
    ],
)
def test_what_is_not_called(written, why):
    assert refused(SPAIN, written) is why


def test_what_is_allowed_beside_countries_and_kinds():
    plan = Plan("ES", allow=("+4420*", "+34803123456", "11850"), deny=("+44207946XXXX",))
    assert resolve(plan, "+44 20 8000 0000").kind is Kind.FIXED_LINE
    assert resolve(plan, "803123456").kind is Kind.PREMIUM_RATE
    assert resolve(plan, "11850").reach is Class.SHORT
    assert refused(plan, "803123457") is Why.KIND
    assert refused(plan, "+44 20 7946 0000") is Why.DENIED, "what is denied is denied"


def test_emergency_numbers_only_where_they_are_allowed_by_name():
    assert refused(Plan("ES", allow=("112", "1*")), "112") is Why.EMERGENCY, "not by a pattern that happens to fit"
    assert refused(Plan("ES", internal=("1XX",)), "112") is Why.EMERGENCY, "nor by a pattern of extensions"
    assert resolve(Plan("ES", internal=("1XX",)), "113").reach is Class.INTERNAL
    plan = Plan("ES", kinds=frozenset({Kind.EMERGENCY}))
    assert resolve(plan, "112").dial == "112"
    assert refused(Plan("US"), "911") is Why.EMERGENCY
    assert refused(Plan("US"), "9112345678") is Why.EMERGENCY, "a phone there gets through with digits behind it too"


def test_a_form_that_would_reach_an_emergency_service_is_refused():
    """Delhi's numbers begin with 11: without the 0 in front of it, 112… is the emergency service."""
    significant = Plan("IN", rules={Class.NATIONAL: Rule(Form.SIGNIFICANT)})
    assert resolve(Plan("IN"), "011 2345 6789").dial == "+911123456789"
    try:
        found = resolve(significant, "011 2345 6789")
    except NumberRefused as error:
        assert error.why is Why.EMERGENCY
    else:
        assert found.dial == "1123456789"


def test_italy_keeps_its_nought():
    assert resolve(Plan("IT"), "02 1234 5678").dial == "+390212345678"


def test_a_neighbour_of_the_same_code_is_another_country():
    assert refused(Plan("US"), "+1 416 967 1111") is Why.COUNTRY
    assert resolve(Plan("US", countries=frozenset({"US", "CA"})), "+1 416 967 1111").reach is Class.NATIONAL


def test_a_destination_says_nothing_of_the_number_in_a_log():
    assert "932009000" not in repr(resolve(SPAIN, "932009000"))


def test_whose_number_a_customer_is_shown():
    rules = CallerIds("+341", {"sales": "+342"}, {"ann": "+343"})
    assert rules.shown("ann", "sales") == "+343"
    assert rules.shown("bob", "sales") == "+342"
    assert rules.shown("bob", "support") == "+341"
    assert CallerIds().shown("ann", "sales") == ""
