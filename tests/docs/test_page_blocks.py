"""The reader of pages is strict where it can be: a page that says something else is found."""

from pathlib import Path

import pytest

from docs.page_blocks import Block, End, asked, blocks, missing
from docs.reader import Mistaken, reader

PAGE = """
<!-- test: again until it fits -->
```console
$ cordpair check
good: 1 queue
```

<!-- test: ends cordpair run -->

```toml title="a.toml"
x = 1
```
"""


def test_a_page_becomes_what_is_to_be_done() -> None:
    assert blocks(PAGE) == [
        Block("console", None, "$ cordpair check\ngood: 1 queue\n", "again until it fits"),
        End("cordpair run"),
        Block("toml", "a.toml", "x = 1\n"),
    ]
    assert asked("$ a\nb\n\n$ c\n") == [("a", ["b"]), ("c", [])]
    with pytest.raises(ValueError, match="begins with a command"):
        asked("b\n")


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("anna  talking  3 s  …", "anna   talking    12 s  c4  101"),
        ("04:36:56.941  arrived (voice, sales-…)", "11:02:01.007  arrived (voice, sales-german)"),
        ("contact 9022f64d-c1   arrived 2026-11-21 04:36:56", "contact 0b1c2d3e-c1 arrived 2027-01-01 00:00:00"),
        ("at http://127.0.0.1:8080/shop", "at http://127.0.0.1:41234/shop"),
    ],
)
def test_what_varies_may_vary(shown: str, said: str) -> None:
    assert missing([shown], f"before\n{said}\nafter\n") is None


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("anna  talking  3 s", "anna  free  3 s"),
        ('{"revision":2,', '{"revision":1,'),
        ("contact 9022f64d-c1", "contact 9022f64d-c2"),
        ("1 waiting", "many waiting"),
    ],
)
def test_what_is_said_otherwise_is_found(shown: str, said: str) -> None:
    assert missing([shown], said) == shown


def test_lines_come_in_their_order() -> None:
    assert missing(["a", "b"], "a\nx\nb\n") is None
    assert missing(["b", "a"], "a\nb\n") == "a"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("```sh\nfalse\n```\n", "ended with status 1"),
        ("```console\n$ echo a\nb\n```\n", "never said"),
        ('<!-- test: runs on, until "never" -->\n```console\n$ echo a\n```\n', "ended without saying"),
        ("```yaml\na: 1\n```\n", "neither run nor written"),
        ("<!-- test: ends nothing -->\n", "nothing to end"),
    ],
)
async def test_a_page_that_is_wrong_fails(tmp_path: Path, page: str, told: str) -> None:
    async with reader(tmp_path) as somebody:
        with pytest.raises(Mistaken, match=told):
            await somebody.read(page)


async def test_a_block_that_cannot_be_run_says_so(tmp_path: Path) -> None:
    async with reader(tmp_path) as somebody:
        await somebody.read("<!-- test: not run: it would -->\n```sh\nfalse\n```\n```sh\ncd /\n```\n```sh\npwd\n```\n")
        assert somebody.ran == ["cd /\n", "pwd\n"]
