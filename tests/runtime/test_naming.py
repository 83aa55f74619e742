"""Leg ids of several PBXs are told apart; ours are not touched; what goes back is what the PBX said."""

from cordpair.acd.commands import HangUp, Join, Originate
from cordpair.acd.inputs import BridgeSeen, LegArrived, LegRinging, LegSeen, LinkDown, Snapshot, Stamp
from cordpair.acd.placing import customer_leg
from cordpair.acd.proposals import leg_of
from cordpair.ids import BridgeId, ContactId, LegId, NodeId, OfferId
from cordpair.runtime.naming import Naming

NODE = NodeId("second")
THEIRS, OURS = LegId("1795233517.0"), leg_of(OfferId("402b8b04-o3"))
INSIDE = LegId("second:1795233517.0")
NAMING = Naming(NODE, first=False)


def test_the_first_node_is_left_alone():
    first = Naming(NODE, first=True)
    assert first.inside(THEIRS) == THEIRS == first.outside(THEIRS)
    snapshot = Snapshot("1", (LegSeen(THEIRS, True),))
    assert first.snapshot(snapshot) is snapshot


def test_inputs_name_the_node_except_for_legs_of_ours():
    assert NAMING.input(LegRinging(THEIRS)) == LegRinging(INSIDE)
    assert NAMING.input(LegRinging(OURS)) == LegRinging(OURS)
    customer = customer_leg(ContactId("402b8b04-c7"))
    assert NAMING.input(LegRinging(customer)) == LegRinging(customer)
    assert NAMING.input(LinkDown(NODE)) == LinkDown(NODE)


def test_a_snapshot_is_renamed_throughout():
    arrival = LegArrived(THEIRS, NODE, "5000", 1)
    seen = Snapshot(
        "1",
        (LegSeen(THEIRS, False, arrival=arrival), LegSeen(OURS, True)),
        (BridgeSeen(BridgeId("b"), (THEIRS, OURS)),),
    )
    renamed = NAMING.snapshot(seen)
    assert [leg.leg for leg in renamed.legs] == [INSIDE, OURS]
    assert renamed.legs[0].arrival is not None and renamed.legs[0].arrival.leg == INSIDE
    assert renamed.bridges[0].legs == (INSIDE, OURS)


def test_commands_say_what_the_pbx_calls_it():
    stamp = Stamp("main")
    assert NAMING.command(HangUp(NODE, INSIDE)) == HangUp(NODE, THEIRS)
    join = Join(NODE, BridgeId("b"), (INSIDE, OURS), stamp)
    assert NAMING.command(join) == Join(NODE, BridgeId("b"), (THEIRS, OURS), stamp)
    ring = Originate(NODE, OURS, "101", ContactId("c"), 1_000, stamp, originator=INSIDE)
    assert NAMING.command(ring) == Originate(NODE, OURS, "101", ContactId("c"), 1_000, stamp, originator=THEIRS)
