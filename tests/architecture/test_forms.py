"""Forms are made from the model: what a key means, and what it may name, is said for each of them."""

from collections.abc import Iterator

import pytest

from cordpair.config import Config, Field, shape
from cordpair.config.explained import ROOT, explained, read
from cordpair.config.read import PATTERNS

KINDS = {
    "action", "boolean", "choice", "duration", "list", "map", "number", "reference", "secret", "table", "text",
}  # fmt: skip


def walk(field: Field, path: str, helped: bool) -> Iterator[tuple[str, Field, bool]]:
    """Each field with whether it, or the one that holds it, has a help."""
    helped = helped or bool(field.help)
    yield path, field, helped
    for inner in (*(field.fields or ()), *filter(None, (field.of, field.key))):
        yield from walk(inner, f"{path}.{inner.name or '*'}", helped)


FIELDS = [each for section in shape().sections for each in walk(section, section.name, False)]


def test_every_section_is_in_it() -> None:
    assert [section.name for section in shape().sections] == list(Config.__struct_fields__)


def test_every_field_has_a_help() -> None:
    """Or the field that holds it; a section needs none where each of its keys has one."""
    entries = {f"{section.name}.*" for section in shape().sections}
    without = [path for path, _, helped in FIELDS if not helped and "." in path and path not in entries]
    assert without == [], "write a comment above it in cordpair.example.toml"


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, field, _ in FIELDS], ids=[f[0] for f in FIELDS])
def test_a_field_says_what_its_kind_needs(path: str, field: Field) -> None:
    assert field.kind in KINDS
    sections = set(Config.__struct_fields__)
    assert (field.kind == "reference") == (field.reference in sections)
    assert field.suggestions is None or field.suggestions in sections
    assert (field.kind in {"table", "action", "secret"}) == (field.fields is not None)
    assert (field.kind in {"list", "map"}) == (field.of is not None)
    assert (field.kind == "map") == (field.key is not None)
    assert (field.kind == "choice") == (field.choices is not None)
    assert (field.pattern is None) == (field.hint is None)
    assert field.pattern is None or field.hint == PATTERNS[field.pattern]


def test_what_names_an_entry_says_of_which_section() -> None:
    """A key called as a section's entries are is a reference to one."""
    names = {"queue": "queues", "service": "services", "seat": "seats", "node": "pbx"}
    for path, field, _ in FIELDS:
        if field.name in names:
            assert field.reference == names[field.name], path
        if field.kind == "map" and field.name in {"skills", "levels", "queues", "agents"} and "." in path:
            assert field.key is not None
            assert field.key.kind == "reference", path


def test_comments_become_help() -> None:
    found = read(
        "# Not of a key.\n\n# All of them.\n[queues.a]\n# How long.\n# Really.\nwrap_up = 1\nsticky = 2 # and this\n\n"
        "music = 3\n# [pbx.x]\n# Where.\n# url = 4\n[phones.codes]\nready = 5\n"
    )
    assert found == {
        ("queues", "*"): "All of them.",
        ("queues", "*", "wrap_up"): "How long. Really.",
        ("queues", "*", "sticky"): "How long. Really. and this",
        ("pbx", "*", "url"): "Where.",
    }
    assert read(ROOT.read_text(encoding="utf-8")) == explained()
