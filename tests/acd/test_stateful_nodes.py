"""Anything that can happen at a centre with two PBXs joined by trunks, which an operator drains and uses again."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from msgspec.structs import replace

from acd.centre import BUSY_CENTRE
from acd.switch import NODE, Switch
from acd.test_stateful import Shift
from cordpair.acd import Input
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Configuration
from cordpair.acd.events import ContactMoved, OfferMade, VisitBegan
from cordpair.acd.trunks import takes_calls
from cordpair.ids import LegId, NodeId, VisitId

FAR = NodeId("far")
PEERS = {NODE: {FAR: "to-far"}, FAR: {NODE: "to-main"}}
ADDRESSES = {NODE: "main.test", FAR: "far.test:5070"}
BY_ADDRESS = {address: node for node, address in ADDRESSES.items()}
SITS = [None, NODE, FAR]  # where an agent's phone is: anywhere, here, there, anywhere, …


def joined(one: Configuration) -> Configuration:
    """The same centre with two PBXs: some phones are on one of them."""
    seats = tuple(replace(seat, node=SITS[n % 3]) for n, seat in enumerate(one.seats))
    return replace(one, nodes=(NODE, FAR), seats=seats, peers=PEERS, addresses=ADDRESSES)


class TwoNodes(Shift):
    centre = joined(BUSY_CENTRE)

    def __init__(self) -> None:
        super().__init__()
        far = Switch(FAR)
        self.switch.peers, far.peers = {"to-far": far}, {"to-main": self.switch}
        self.switches = [self.switch, far]
        self.places: dict[VisitId, int] = {}
        self.used: list[str] = []  # where callers were sent who went

    def _changed(self, change: str | None) -> Configuration:
        return joined(super()._changed(change))

    def _receive(self, given: Input) -> str | None:
        at, before = len(self.journal), {node: takes_calls(row) for node, row in self.acd.state.nodes.items()}
        refusal = super()._receive(given)
        happened = [each for _, _, events in self.journal[at : at + 1] for each in events]
        self.places |= {event.visit: event.enqueued_at for event in happened if type(event) is VisitBegan}
        for event in happened:
            if type(event) is OfferMade and event.via is not None:
                assert takes_calls(self.acd.state.nodes[event.via]) or before[event.via]
            elif type(event) is ContactMoved:
                row = self.acd.state.contacts.get(event.contact)
                if row is not None and row.visit is not None:
                    assert self.acd.state.visits[row.visit].enqueued_at == self.places[row.visit]
        return refusal

    # ------------------------------------------------------------ the operator

    @rule(node=st.sampled_from([NODE, FAR, NODE, FAR, "nowhere"]), on=st.sampled_from([True, True, False]))
    def drain(self, node: NodeId, on: bool) -> None:
        assert (self._receive(inp.DrainNode(node, on)) is None) == (node != "nowhere")

    @rule(node=st.sampled_from([NODE, FAR]))
    def drain_at_once(self, node: NodeId) -> None:
        """Chance alone sends too few on their way."""
        for switch in self.switches:
            switch.link()
        self._deliver_all()
        self.wait(300)
        other = FAR if node == NODE else NODE
        self._receive(inp.DrainNode(other, False))
        self._receive(inp.DrainNode(node, True))

    # ------------------------------------------------------------ callers who are sent on

    def _sent(self) -> list[tuple[Switch, LegId]]:
        return [(switch, leg) for switch in self.switches for leg in switch.sent_on]

    @precondition(lambda self: self._sent())
    @rule(data=st.data(), leaves_first=st.booleans())
    def follow(self, data: st.DataObject, leaves_first: bool) -> None:
        switch, leg = data.draw(st.sampled_from(self._sent()))
        target = switch.sent_on.pop(leg)
        if leaves_first:
            switch.end(leg, Cause.NORMAL)
        self.used.append(target)
        self._calls(target)

    @precondition(lambda self: self._sent())
    @rule()
    def all_follow(self) -> None:
        for switch, leg in self._sent():
            target = switch.sent_on.pop(leg)
            self.used.append(target)
            self._calls(target)
        self._deliver_all()

    @precondition(lambda self: self._sent())
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        switch, leg = data.draw(st.sampled_from(self._sent()))
        del switch.sent_on[leg]

    @precondition(lambda self: self.used)
    @rule(data=st.data(), elsewhere=st.booleans())
    def dial_again(self, data: st.DataObject, elsewhere: bool) -> None:
        """What was used once is good for nothing, wherever it is dialled."""
        self._calls(data.draw(st.sampled_from(self.used)), elsewhere=elsewhere)

    def _calls(self, target: str, *, elsewhere: bool = False) -> None:
        token, _, address = target.removeprefix("sip:").partition("@")
        node = BY_ADDRESS[address]
        found = next(switch for switch in self.switches if (switch.node == node) is not elsewhere)
        self.calls += 1
        found.call(inp.LegArrived(LegId(f"in-{self.calls}"), found.node, token, self.now, endpoint="trunk"))


TestTwoNodes = TwoNodes.TestCase
TestTwoNodes.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
