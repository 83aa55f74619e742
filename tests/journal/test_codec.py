"""Rows of every version come back as what they meant."""

from typing import Any, Union

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given
from msgspec import inspect

from cordpair.acd import Event, Input
from cordpair.acd.events import LegRang
from cordpair.acd.inputs import LegRinging
from cordpair.errors import JournalError
from cordpair.ids import LegId
from cordpair.journal import Codec, Entry, UnreadableBody, current_codec
from cordpair.journal.codec import refuse_lossy


def values(info: inspect.Type) -> st.SearchStrategy[Any]:
    """Whatever fits the type."""
    match info:
        case inspect.StrType():
            return st.text(max_size=8)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return st.integers(-(1 << 53), 1 << 53)
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.NoneType():
            return st.none()
        case inspect.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case inspect.VarTupleType(item_type=item):
            return st.lists(values(item), max_size=2).map(tuple)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(values(key), values(value), max_size=2)
        case inspect.UnionType(types=types):
            return st.one_of([values(each) for each in types])
        case inspect.StructType(cls=cls, fields=fields):
            required = {field.name: values(field.type) for field in fields if field.required}
            optional = {field.name: values(field.type) for field in fields if not field.required}
            return st.fixed_dictionaries(required, optional=optional).map(lambda arguments: cls(**arguments))
    raise AssertionError(f"no values for {info}")


INPUTS = values(inspect.type_info(Input))
EVENTS = values(inspect.type_info(Event))


@given(input_=INPUTS, events=st.lists(EVENTS, max_size=3), at=st.integers(0, 1 << 52))
def test_every_entry_comes_back_as_it_was(input_, events, at) -> None:
    codec = current_codec()
    entry = Entry(7, at, input_, tuple(events))
    body = codec.encode(entry)
    again = codec.decode(7, at, codec.version, body)
    assert again == entry
    assert codec.encode(again) == body


@given(
    body=st.binary(max_size=60)
    | st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.sampled_from(["input", "events", "LegRang"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["input", "events", "type", "leg"]), inner, max_size=4)
        ),
    ).map(lambda value: msgspec.json.encode(value) if not isinstance(value, int) else b"1"),
    version=st.integers(-1, 4),
)
def test_anything_else_is_unreadable_and_nothing_worse(body, version) -> None:
    codec = Codec(Event, Input, {1: lambda raw: raw | {"events": [*raw["events"]]}, 2: lambda raw: raw})
    try:
        codec.decode(1, 0, version, body)
    except UnreadableBody as error:
        assert isinstance(error, JournalError)
        assert str(error)


class Rang(msgspec.Struct, frozen=True, tag=True):
    telephone: str
    volume: int


def test_an_old_row_is_raised_version_by_version() -> None:
    def rename(raw: dict[str, Any]) -> dict[str, Any]:
        events = [{"type": "Rang", "phone": event["leg"]} for event in raw["events"]]
        return raw | {"events": events}

    def complete(raw: dict[str, Any]) -> dict[str, Any]:
        events = [{"type": "Rang", "telephone": event["phone"], "volume": 3} for event in raw["events"]]
        return raw | {"events": events}

    old = b'{"input":{"type":"LegRinging","leg":"l"},"events":[{"type":"LegRang","leg":"l"}]}'
    middle = b'{"input":{"type":"LegRinging","leg":"l"},"events":[{"type":"Rang","phone":"l"}]}'
    codec = Codec(Rang, LegRinging, {1: rename, 2: complete})
    assert codec.version == 3
    expected = Entry(1, 5, LegRinging(LegId("l")), tuple[Any, ...]([Rang("l", 3)]))
    assert codec.decode(1, 5, 1, old) == expected
    assert codec.decode(1, 5, 2, middle) == expected
    assert codec.decode(1, 5, 3, codec.encode(expected)) == expected


def test_a_row_of_a_later_version_is_refused_by_name() -> None:
    with pytest.raises(UnreadableBody, match="version is 2; this Cordpair knows versions 1 to 1"):
        current_codec().decode(1, 0, 2, b"{}")


def test_upcasters_have_no_gap() -> None:
    with pytest.raises(ValueError, match=r"not from \[1, 3\]"):
        Codec(Event, Input, {1: dict, 3: dict})


def test_the_format_in_which_a_row_is_written() -> None:
    entry = Entry(1, 5, LegRinging(LegId("l")), (LegRang(LegId("l")),))
    assert (
        current_codec().encode(entry)
        == b'{"input":{"type":"LegRinging","leg":"l"},"events":[{"type":"LegRang","leg":"l"}]}'
    )


class WithSet(msgspec.Struct, tag=True):
    agents: set[str]


class WithTuple(msgspec.Struct, tag=True):
    rows: list[tuple]


class WithBytes(msgspec.Struct, tag=True):
    nested: dict[str, bytes]


@pytest.mark.parametrize("type_", [WithSet, WithTuple, WithBytes, Union[LegRang, WithSet]])
def test_a_type_that_would_not_come_back_is_refused_at_once(type_) -> None:
    with pytest.raises(TypeError, match=r"With[A-Z]"):
        refuse_lossy(type_)
