"""``cordpair agents add``, ``remove`` and ``phone``: what is wrong is said before anything is asked; the rest is the
engine's (``pbx/test_new_agent.py``)."""

import pytest

NOBODY = '[http]\nlisten = "127.0.0.1:1"\n'


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "eve", "--skill", "german"), "write NAME=LEVEL"),
        (("add", "eve", "--skill", "german=x"), "write NAME=LEVEL"),
        (("add", "eve", "--phone", "101", "--node", "demo"), "go with --phone browser or sip"),
        (("add", "eve", "--program", "baresip"), "go with --phone browser or sip"),
        (("add", "eve", "--phone", "sip", "--program", "kphone"), "is none of linphone, baresip, sheet"),
        (("phone", "101", "--program", "kphone"), "is none of linphone, baresip, sheet"),
    ],
)
def test_what_is_wrong_is_said_first(cordpair, centre, words, says):
    done = cordpair("agents", *words)
    assert done.exit_code == 2 and says in done.stderr
    assert not (centre.parent / "cordpair.db").exists()


@pytest.mark.parametrize("words", [("add", "eve"), ("remove", "ann"), ("phone", "101")])
def test_the_engine_must_run(cordpair, centre, words):
    centre.write_text(centre.read_text() + NOBODY)
    done = cordpair("agents", *words)
    assert done.exit_code == 1 and "Is `cordpair serve` running?" in done.stderr
    assert "cp_" not in done.output
