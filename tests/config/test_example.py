"""``cordpair.example.toml`` documents every key, and works."""

import re
from pathlib import Path

import pytest
from msgspec import inspect

from cordpair.config import load, parse, write
from cordpair.config.load import SHAPE
from cordpair.config.model import Config

EXAMPLE = Path(__file__).parents[2] / "cordpair.example.toml"


def structs(info: inspect.Type) -> dict[type, inspect.StructType]:
    """Every struct that a file may hold."""
    match info:
        case inspect.StructType(cls=cls, fields=fields):
            found = {cls: info}
            for field in fields:
                found |= structs(field.type)
            return found
        case inspect.DictType(value_type=item) | inspect.VarTupleType(item_type=item):
            return structs(item)
        case inspect.UnionType(types=types):
            return {cls: each for item in types for cls, each in structs(item).items()}
    return {}


def literals(info: inspect.Type) -> set[str]:
    match info:
        case inspect.LiteralType(values=values):
            return set(map(str, values))
        case inspect.UnionType(types=types):
            return {word for each in types for word in literals(each)}
    return set()


STRUCTS = structs(SHAPE)


def test_it_is_valid_without_a_warning() -> None:
    loaded = load(EXAMPLE)
    assert loaded.warnings == ()
    assert parse(write(loaded.config)).config == loaded.config


@pytest.mark.parametrize("struct", STRUCTS.values(), ids=lambda info: info.cls.__name__)
def test_every_key_appears_in_it(struct: inspect.StructType) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for field in struct.fields:
        pattern = rf"(?m)^\s*\[+([\w-]+\.)*{field.name}[.\]]" if struct.cls is Config else rf"\b{field.name}(\s*=|\])"
        assert re.search(pattern, text), f"{struct.cls.__name__}.{field.name} is not in the example"


@pytest.mark.parametrize("struct", STRUCTS.values(), ids=lambda info: info.cls.__name__)
def test_every_choice_is_named_in_it(struct: inspect.StructType) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for field in struct.fields:
        for word in literals(field.type):
            assert word in text, f"{struct.cls.__name__}.{field.name} may be {word}"
