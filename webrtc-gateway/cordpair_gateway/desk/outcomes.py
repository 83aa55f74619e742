"""What became of offers, in a word for the desk; of a call that the agent placed, what became of the customer."""

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.ids import ContactId, OfferId

KEPT = 1_000
# Of a placed call: nobody took it from the agent, it was called off.
CALLED_OFF = frozenset({OfferOutcome.WITHDRAWN, OfferOutcome.CONTACT_GONE})


class Outcomes:
    def __init__(self) -> None:
        self._told: dict[OfferId, str] = {}
        self._placed: set[ContactId] = set()
        self._offers: dict[OfferId, ContactId] = {}  # open ones of placed calls
        self._unreached: dict[ContactId, str] = {}

    def of(self, offer: OfferId) -> str | None:
        return self._told.get(offer)

    def begin(self) -> None:
        """Entries were missed."""
        for table in (self._placed, self._offers, self._unreached):
            table.clear()

    def see(self, event: ev.Event) -> None:
        if type(event) is ev.ContactArrived and event.placed_by is not None:
            self._placed.add(event.contact)
        elif type(event) is ev.OfferMade and event.contact in self._placed:
            self._offers[event.offer] = event.contact
        elif type(event) is ev.CustomerNotReached:
            self._unreached[event.contact] = "cancelled" if event.cancelled else f"customer_{event.cause}"
        elif type(event) is ev.OfferEnded:
            self._told[event.offer] = self._word(event)
            if len(self._told) > KEPT:
                del self._told[next(iter(self._told))]
        elif type(event) is ev.ContactEnded:
            self._placed.discard(event.contact)
            self._unreached.pop(event.contact, None)

    def _word(self, event: ev.OfferEnded) -> str:
        contact = self._offers.pop(event.offer, None)
        if contact is None:
            return event.outcome.value
        return self._unreached.get(contact) or ("cancelled" if event.outcome in CALLED_OFF else event.outcome.value)


__all__ = ["Outcomes"]
