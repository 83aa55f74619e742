"""Whoever waits in a bridge is answered when a partner there is, whichever way that came about."""

from cordpair.acd.inputs import Stamp
from cordpair.ids import ContactId
from cordpair.testing import ManualClock
from cordpair_loopback import LoopbackPbx


def test_answering_one_of_two_callers_in_a_bridge_answers_the_other():
    pbx = LoopbackPbx(ManualClock(), app="main")
    legs = tuple(pbx.call("4711").leg for _ in range(2))
    pbx.switch.join("b", legs, Stamp(cell="main", contact=ContactId("c")), "main")
    pbx.switch.answer(legs[0])
    assert all(pbx.switch.leg(leg).answered for leg in legs)
