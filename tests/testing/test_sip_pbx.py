"""A PBX as integrators describe it: by variables and files."""

import pytest

from cordpair.errors import ConfigurationError
from cordpair.testing.conformance import Seat, SipPbx, from_environment
from cordpair.testing.conformance.sip_pbx import seats_of_file

GIVEN = {
    "X_URL": "freeswitch+esl://:a-secret@127.0.0.1:8021/",
    "X_SIP": "127.0.0.1:5060",
    "X_CALLER_SIP": "127.0.0.1:5080",
    "X_SEATS": "101:a-secret 102:a-secret:sofia/102 103:a-secret",
    "X_DOMAIN": "pbx.example",
    "X_MUSIC_TONES": "440 560",
    "X_RESTART": "systemctl restart pbx",
}


def test_variables():
    found = from_environment("X", GIVEN, "there")
    assert found is not None
    assert (found.phone_sip, found.caller_sip) == (("127.0.0.1", 5060), ("127.0.0.1", 5080))
    assert [seat.name for seat in found.seats] == ["101", "sofia/102", "103"]
    assert (found.domain, found.music_tones, found.node) == ("pbx.example", (440, 560), "there")
    assert found.restart == "systemctl restart pbx"
    assert from_environment("Y", GIVEN) is None


def test_no_secret_is_shown():
    found = from_environment("X", GIVEN)
    assert "secret" not in f"{found!r} {found} {Seat('101', 'a-secret')}"


def test_a_file_of_seats(tmp_path):
    file = tmp_path / "seats"
    file.write_text("# phones of the test centre\n101:one:two\n\n102:three\n103:four\n")
    first = seats_of_file(file)[0]
    assert (first.user, first.password, first.name) == ("101", "one", "two")
    found = from_environment("X", GIVEN | {"X_SEATS_FILE": str(file)})
    assert found is not None and found.seats == seats_of_file(file)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"X_SIP": "localhost"}, "X_SIP: 'localhost' is not HOST:PORT"),
        ({"X_SEATS": "101:a-secret 102"}, "X_SEATS: no. 2 is not USER:PASSWORD"),
        ({"X_SEATS": "101:a-secret"}, "the suite needs 3 seats; there are 1"),
        ({"X_URL": "freeswitch+esl://:a-secret@pbx/"}, "must name host and port"),
    ],
)
def test_what_is_wrong_is_said(wrong, why):
    with pytest.raises(ConfigurationError) as said:
        from_environment("X", GIVEN | wrong)
    assert why in str(said.value)
    assert "secret" not in str(said.value)


def test_a_pbx_in_words_of_its_own():
    with pytest.raises(ConfigurationError):
        SipPbx(url="loopback:", phone_sip=("127.0.0.1", 5060), seats=[])
