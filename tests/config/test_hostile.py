"""Whatever is in the file: a configuration, or a message. Never a traceback."""

import string

import hypothesis.strategies as st
from hypothesis import example, given

from cordpair.config import Config, InvalidConfiguration, Loaded, parse, write
from cordpair.config.durations import format_duration, parse_duration
from cordpair.config.load import SHAPE
from cordpair.config.write import _key, inline

SECTIONS = list(Config.__struct_fields__)
WORDS = st.sampled_from([*SECTIONS, "queue", "levels", "steps", "after", "on_full", "url", "password", "seat", "digit"])
KEYS = WORDS | st.text(max_size=5)
VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1h", "-5s", "loopback:", "a://b:c@d", "x://[", "german"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


def outcome(text: str) -> Loaded | None:
    try:
        return parse(text)
    except InvalidConfiguration as error:
        assert error.problems
        assert all(line.isprintable() for line in str(error).splitlines())
        return None


@given(st.dictionaries(st.sampled_from(SECTIONS) | KEYS, VALUES, max_size=6))
def test_any_toml(raw) -> None:
    outcome("\n".join(f"{_key(key)} = {inline(value)}" for key, value in raw.items()))


@given(
    st.dictionaries(
        st.sampled_from(SECTIONS),
        st.dictionaries(st.sampled_from("abc"), st.dictionaries(KEYS, VALUES, max_size=4), max_size=3),
    )
)
def test_any_entities(raw) -> None:
    outcome("\n".join(f"{_key(key)} = {inline(value)}" for key, value in raw.items()))


@given(st.text(max_size=200) | st.text(alphabet=string.printable, max_size=200))
@example("\ud800")
@example("# \ud800")
@example("cell = {name = '\\U0000D800'}")
@example("a." * 5000 + "b = 1")
@example('[queues.x]\nmax_wait = "' + " " * 100_000 + '"')
def test_any_text(text) -> None:
    outcome(text)


@given(st.text(max_size=80) | st.integers() | st.floats())
@example("9" * 80 + "d")
@example("-1h 30m")
@example(1.8e305)
def test_a_duration_is_a_number_or_nothing(value) -> None:
    assert isinstance(parse_duration(value), int | None)


@given(st.integers(-(10**15), 10**15))
def test_a_duration_is_read_as_it_was_written(ms) -> None:
    assert parse_duration(format_duration(ms)) == ms


def test_how_durations_are_written() -> None:
    read = {"90s": 90_000, "1h30m": 5_400_000, "1h 30m": 5_400_000, "250ms": 250, "0.5s": 500, "2d": 172_800_000}
    assert {text: parse_duration(text) for text in read} == read
    assert (parse_duration(5), parse_duration(0.25), parse_duration("-5s")) == (5_000, 250, -5_000)
    for wrong in ("", "5", "h", "5 parsecs", "1h-5m", "٣s", "1e3s", "inf"):
        assert parse_duration(wrong) is None
    assert (format_duration(90_000), format_duration(0), format_duration(-1_500)) == ("1m30s", "0s", "-1s500ms")


def test_the_shape_is_what_the_reader_knows() -> None:
    assert outcome('[pbx.a]\nurl = "loopback:"') is not None
    assert write(Config()) == "\n"
    assert len(SHAPE.fields) == len(SECTIONS)  # type: ignore[attr-defined]
