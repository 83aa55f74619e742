"""Who should hear whom, and the exchange of descriptions that makes it so.

Nothing is remembered of what was asked: each look compares the bridge with what the two browsers were told last, and
does the next step. So a partner who changes in the middle of an exchange is met as soon as it is over.
"""

from cordpair_loopback.sip import sdp
from cordpair_loopback.sip.party import NOT_ACCEPTABLE, WebParty
from cordpair_loopback.sip.phone import WebCallee
from cordpair_loopback.sip.port import Around


class Media:
    def __init__(self, exchange: Around) -> None:
        self._exchange = exchange

    def look(self, party: WebParty) -> None:
        """Something changed; never done from inside of a change."""
        self._exchange.clock.call_later(0, lambda: self._look(party))

    def forget(self, party: WebParty) -> None:
        """Its leg has ended. Whoever heard it is still told to hear nobody."""
        partner, party.partner, party.leg = party.partner, None, None
        if partner is not None:
            self.free(partner)

    def free(self, *parties: WebParty) -> None:
        for party in parties:
            party.busy = False
            self.look(party)

    # ------------------------------------------------------------ one step

    def _wanted(self, party: WebParty) -> WebParty | None:
        """The one other in the bridge, when both have answered and both are browsers."""
        leg = party.leg
        if leg is None or leg.ended or leg.bridge is None or not leg.answered:
            return None
        room = self._exchange.switch.bridges[leg.bridge]
        others = [self._exchange.switch.legs[name] for name in room.legs if name != leg.id]
        if len(others) != 1 or not others[0].answered or not isinstance(others[0].party, WebParty):
            return None
        return others[0].party

    def _look(self, party: WebParty) -> None:
        wanted = self._wanted(party)
        if party.leg is None or party.busy or wanted is party.partner:
            return
        if wanted is None:
            self._part(party)
        elif not wanted.busy:
            party.busy = wanted.busy = True
            for one in (party, wanted):
                if one.partner is not None and one.partner not in {party, wanted}:
                    one.partner.partner = None
                    self.look(one.partner)
            self._join(party, wanted)

    def _part(self, party: WebParty) -> None:
        """On hold: what it hears is silence until there is somebody again."""
        party.partner = None
        if party.up and party.heard and not party.offer:
            party.busy = True
            party.hold(lambda answer: self.free(party))

    def _join(self, one: WebParty, other: WebParty) -> None:
        for callee, caller in ((one, other), (other, one)):
            if isinstance(callee, WebCallee) and callee.ready_for is caller and caller.offer:
                callee.ready_for, callee.heard = None, caller.offer
                caller.answer_offer(callee.answer)
                self._joined(one, other)
                return
        if one.offer and other.offer:
            first, second = one.offer, other.offer
            one.answer_offer(sdp.crossed(second, active=False))
            other.answer_offer(sdp.crossed(first, active=True))
            self._joined(one, other)
        elif one.offer:
            self._carry(one, other)
        elif other.offer:
            self._carry(other, one)
        else:
            one.ask(lambda offer: self._carry(one, other) if offer else self._failed(one, other))

    def _carry(self, offering: WebParty, answering: WebParty) -> None:
        def taken(answer: str) -> None:
            if not answer:
                self._failed(answering, offering)
            else:
                offering.answer_offer(answer)
                self._joined(offering, answering)

        answering.give(offering.offer, taken)

    def _joined(self, one: WebParty, other: WebParty) -> None:
        one.partner, other.partner = other, one
        self.free(one, other)

    def _failed(self, guilty: WebParty, other: WebParty) -> None:
        """It would not take what the other has; a call without sound helps nobody."""
        guilty.fail(NOT_ACCEPTABLE)
        self.free(other)


__all__ = ["Media"]
