"""Seats and phones of the FreeSWITCH driver, and the variables that nobody may set."""

import pytest

from cordpair.acd.causes import SeatStatus
from cordpair.pbx import Refused
from cordpair_freeswitch.phones import Phones
from cordpair_freeswitch.variables import harmless

REACHABLE, UNREACHABLE, BUSY = SeatStatus.REACHABLE, SeatStatus.UNREACHABLE, SeatStatus.BUSY


def test_a_phone_comes_goes_and_dies() -> None:
    phones = Phones(("101",))
    assert phones.said("101", there=True, ours=False) == ("101", REACHABLE)
    assert phones.said("101", there=True, ours=False) is None
    assert phones.said("101", there=False, ours=False) == ("101", UNREACHABLE)
    assert phones.said("999", there=True, ours=False) is None


def test_an_answer_older_than_an_event_says_nothing() -> None:
    phones = Phones(("101",))
    asked = phones.seats.news("101")
    phones.said("101", there=False, ours=False)
    assert phones.read("101", there=True, asked_at=asked, ours=False) is None
    assert phones.seats.status("101") is UNREACHABLE


def test_only_a_call_of_somebody_else_makes_a_seat_busy() -> None:
    phones = Phones(("101",))
    phones.said("101", there=True, ours=False)
    assert phones.again("101", ours=True) is None
    phones.begins("a", "101")
    assert phones.again("101", ours=False) == ("101", BUSY)
    phones.begins("b", "101")
    phones.ends("a")
    assert phones.again("101", ours=False) is None
    phones.ends("b")
    phones.ends("b")
    assert phones.again("101", ours=False) == ("101", REACHABLE)


@pytest.mark.parametrize(
    "name", ["execute_on_answer", "API_hangup_hook", "nolocal:exec_after_bridge_app", "sip_h_Route"]
)
def test_a_variable_that_does_something_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="do something"):
        harmless({"customer": "A-17", name: "system rm"}, "set variables")
    assert harmless({"customer": "A-17"}, "set variables") == {"customer": "A-17"}
