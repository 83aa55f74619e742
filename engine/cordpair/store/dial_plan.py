"""The operator's rules for numbers as ``cordpair.numbers`` uses them."""

from cordpair.config.dialling import CallerIds as CallerIdRules
from cordpair.config.dialling import Numbering
from cordpair.numbers import CallerIds, Class, Form, Kind, Plan, Rule


def to_plan(numbering: Numbering) -> Plan:
    """``numbering`` was checked: where calls can be placed it has a region."""
    rules = numbering.rules
    by_class = {
        Class.INTERNAL: rules.internal,
        Class.SHORT: rules.short,
        Class.NATIONAL: rules.national,
        Class.MOBILE: rules.mobile,
        Class.INTERNATIONAL: rules.international,
    }
    return Plan(
        region=numbering.region or "ZZ",
        internal=numbering.internal,
        countries=frozenset(numbering.countries),
        kinds=frozenset(map(Kind, numbering.kinds)),
        allow=numbering.allow,
        deny=numbering.deny,
        rules={where: Rule(Form(each.form), each.prefix) for where, each in by_class.items() if each is not None},
    )


def to_caller_ids(rules: CallerIdRules) -> CallerIds:
    return CallerIds(rules.default, rules.queues, rules.agents)


__all__ = ["to_caller_ids", "to_plan"]
