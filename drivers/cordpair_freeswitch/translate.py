"""ESL events → Cordpair's inputs. Pure: where the words *uuid, park, Hangup-Cause* end.

What is not ours is dropped here: other cells' legs, calls that FreeSWITCH handles by itself, phones nobody watches.
"""

from collections.abc import Callable

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import (
    Caller,
    Digit,
    DriverInput,
    Joined,
    Left,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    PlayEnded,
    RecordingEnded,
    SeatChanged,
)
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId
from cordpair_freeswitch.causes import ended
from cordpair_freeswitch.esl import Event
from cordpair_freeswitch.legs import CallLegs, Leg
from cordpair_freeswitch.phones import Phones
from cordpair_freeswitch.stamps import app_of

Inputs = tuple[DriverInput, ...]

MUSIC = "music-"  # the execution of music bears this and the leg's id
VIDEO = "true"
CLOSED = "socket-disconnection"
NOT_PLAYED = ("FILE NOT FOUND", "PLAYBACK ERROR")


class Translator:
    """The state of one link: which legs are ours and what was said about them."""

    def __init__(self, node: NodeId, cell: str, endpoints: tuple[str, ...]) -> None:
        self.node, self.cell, self.app = node, cell, app_of(cell)
        self.legs = CallLegs()
        self.phones = Phones(endpoints)
        self.recordings: dict[RecordingId, LegId] = {}
        self.to_cancel: list[LegId] = []  # made after we had asked to end them
        self.to_ask: dict[str, None] = {}  # seats whose phone's line was closed: it may have another already

    def translate(self, event: Event) -> Inputs:
        rule = RULES.get(event.subclass or event.name)
        return rule(self, event) if rule is not None else ()

    # ------------------------------------------------------------ what the driver tells

    def originating(self, leg: LegId, endpoint: str) -> None:
        """We are about to ask for this leg: its events may come before the reply."""
        self.legs.begin(leg, originated=True, endpoint=endpoint)

    def not_originated(self, leg: LegId) -> None:
        """It was refused; the refusal is reported, so nothing else may be."""
        self._gone(leg)

    def joined_alone(self, leg: LegId, bridge: BridgeId) -> Inputs:
        """The leg is in a bridge that holds nobody else: nothing that FreeSWITCH would tell."""
        known = self.legs.get(leg)
        if known is None or known.entering != bridge:
            return ()
        return self._enter(leg, known)

    def left(self, leg: LegId) -> Inputs:
        known = self.legs.get(leg)
        return self._leave(leg, known) if known is not None else ()

    def never_made(self, leg: LegId, cause: str) -> Inputs:
        """The originate has ended and FreeSWITCH made no channel for it."""
        known = self.legs.get(leg)
        if known is None or known.created:
            return ()
        return self._end(leg, ended(cause, answered=False, asked=known.asked))

    # ------------------------------------------------------------ whose is it

    def is_originated(self, leg: LegId) -> bool:
        known = self.legs.get(leg)
        return known is not None and known.originated

    def leg_of(self, event: Event) -> Leg | None:
        """The leg that this event is about, when it is ours: known, or stamped by our cell."""
        leg = LegId(event.uuid)
        known = self.legs.get(leg)
        if known is not None or self.legs.has_ended(leg) or event.cell != self.cell or not event.cell:
            return known
        return self.adopt(event)

    def adopt(self, event: Event) -> Leg:
        """Take a leg for ours that this link has not seen begin."""
        originated = event.direction == "outbound"
        known = self.legs.begin(LegId(event.uuid), originated=originated, endpoint=event.presence.partition("@")[0])
        known.created, known.video = True, event.video == VIDEO
        if originated:
            self.phones.ends(event.uuid)
        return known

    def arrival(self, event: Event) -> LegArrived:
        """With an operator's own dialplan the cp_ variables are missing; what the channel itself shows stands in."""
        stamped, created = event.arrived, event.created
        arrived = int(stamped) if stamped.isascii() and stamped.isdigit() else 0
        return LegArrived(
            leg=LegId(event.uuid),
            node=self.node,
            dialled=event.dialled or event.destination,
            arrived_at=arrived or (int(created) // 1000 if created.isascii() and created.isdigit() else 0),
            to=event.dialled_to,
            context=event.from_context or event.context,
            endpoint=event.endpoint or event.channel.removeprefix("sofia/").partition("/")[0],
            context_id=event.context_id,
            caller=Caller(number=event.number, name=event.caller_name),
        )

    # ------------------------------------------------------------ a leg's life

    def _created(self, event: Event) -> Inputs:
        leg = LegId(event.uuid)
        known = self.legs.get(leg)
        if known is None:
            self.other(event.uuid, event.presence)
            return ()
        known.created = True
        if known.asked is not None:
            self.to_cancel.append(leg)
        return ()

    def other(self, uuid: str, presence: str) -> None:
        """A channel that we have not made: it may occupy a seat that we watch."""
        if not self.legs.has_ended(LegId(uuid)):
            self.phones.begins(uuid, presence.partition("@")[0])

    def _progress(self, event: Event) -> Inputs:
        known = self.leg_of(event)
        if known is None or not known.originated or known.ringing or known.up:
            return ()
        known.created = known.ringing = True
        return (LegRinging(LegId(event.uuid)),)

    def _answered(self, event: Event) -> Inputs:
        known = self.leg_of(event)
        if known is None:
            return ()
        known.up = True
        return self._ready(LegId(event.uuid), known)

    def _ready(self, leg: LegId, known: Leg) -> Inputs:
        if known.answered or not known.up or (known.originated and not known.parked):
            return ()
        known.answered = True
        return (LegAnswered(leg),)

    def _parked(self, event: Event) -> Inputs:
        leg, known = LegId(event.uuid), self.leg_of(event)
        if known is None:
            if self.legs.has_ended(leg) or event.cell or event.app != self.app or event.direction == "outbound":
                return ()
            return self.arrived(event)
        known.parked, known.changed = True, True
        known.up = known.up or event.answer_state == "answered"
        answered = self._ready(leg, known)
        return (*answered, *self._leave(leg, known)) if known.leaving else answered

    def arrived(self, event: Event) -> Inputs:
        self.other(event.uuid, event.presence)
        known = self.legs.begin(LegId(event.uuid), originated=False)
        known.created = known.parked = True
        known.video = event.video == VIDEO
        known.up = event.answer_state == "answered"
        return (self.arrival(event), *self._ready(LegId(event.uuid), known))

    def _hung_up(self, event: Event) -> Inputs:
        leg, known = LegId(event.uuid), self.leg_of(event)
        if known is None:
            self.legs.end(leg)  # a snapshot in progress may still have seen it alive
            self.phones.ends(event.uuid)
            return ()
        return self._end(leg, ended(event.cause, answered=known.up, asked=known.asked))

    def _end(self, leg: LegId, cause: Cause) -> Inputs:
        known = self.legs.get(leg)
        left = self._leave(leg, known) if known is not None else ()
        self._gone(leg)
        return (*left, LegEnded(leg, cause))

    def _gone(self, leg: LegId) -> None:
        known = self.legs.end(leg)
        self.phones.ends(leg)
        if known is None:
            return
        for _, other in self.legs:
            if other.partner == leg:
                other.partner = None
        if known.endpoint:
            self.phones.to_tell[known.endpoint] = None

    def _referred(self, event: Event) -> Inputs:
        """A far end that we referred tells how its new call goes: once that is answered, this one is over."""
        leg = LegId(event.notified)
        known = self.legs.get(leg)
        if known is not None and event.body.startswith("SIP/2.0 200"):
            known.asked = Cause.NORMAL
            self.to_cancel.append(leg)
        return ()

    def _digit(self, event: Event) -> Inputs:
        known = self.leg_of(event)
        # What we send to a leg ourselves is reported as well, from the application.
        if known is None or not event.digit or event.digit_source == "APP":
            return ()
        return (Digit(LegId(event.uuid), event.digit),)

    # ------------------------------------------------------------ bridges

    def _bridged(self, event: Event) -> Inputs:
        one, other = LegId(event.bridge_a or event.uuid), LegId(event.bridge_b or event.other)
        inputs: list[DriverInput] = []
        for leg, partner in ((one, other), (other, one)):
            known = self.legs.get(leg)
            if known is not None:
                known.partner, known.parked, known.changed = partner, False, True
                inputs += self._enter(leg, known)
        return tuple(inputs)

    def _unbridged(self, event: Event) -> Inputs:
        for leg in (event.bridge_a or event.uuid, event.bridge_b or event.other):
            known = self.legs.get(LegId(leg))
            if known is not None:
                known.partner, known.changed = None, True
        return ()

    def _conference(self, event: Event) -> Inputs:
        leg, known = LegId(event.uuid), self.leg_of(event)
        if known is None or event.action not in {"add-member", "del-member"}:
            return ()
        known.conferring = event.action == "add-member"
        known.changed = True
        return self._enter(leg, known) if known.conferring and known.entering == event.conference else ()

    def _enter(self, leg: LegId, known: Leg) -> Inputs:
        bridge, known.entering = known.entering, None
        if bridge is None or bridge == known.bridge:
            return ()
        left = self._leave(leg, known)
        known.bridge = bridge
        return (*left, Joined(leg, bridge))

    def _leave(self, leg: LegId, known: Leg) -> Inputs:
        known.leaving = False
        bridge, known.bridge = known.bridge, None
        return (Left(leg, bridge),) if bridge is not None else ()

    # ------------------------------------------------------------ plays and recordings

    def _executed(self, event: Event) -> Inputs:
        known, leg = self.leg_of(event), LegId(event.uuid)
        if known is None:
            return ()
        if event.application_uuid == MUSIC + leg:
            known.music = False
            return ()
        if known.play is None or event.application_uuid != known.play:
            return ()
        known.play = None
        ok = not any(word in event.response for word in NOT_PLAYED)
        return (PlayEnded(PlayId(event.application_uuid), leg, ok=ok),)

    def _recorded(self, event: Event) -> Inputs:
        name = event.record_path.rpartition("/")[2].partition(".")[0]
        recording = RecordingId(name)
        if recording not in self.recordings:
            return ()
        del self.recordings[recording]
        duration = int(event.record_ms) if event.record_ms.isascii() and event.record_ms.isdigit() else 0
        return (RecordingEnded(recording, ok=duration > 0, duration_ms=duration),)

    # ------------------------------------------------------------ seats

    def _registered(self, event: Event) -> Inputs:
        self.phones.registered(event.user, event.registration)
        return self._phone(event, there=True)

    def _unregistered(self, event: Event) -> Inputs:
        if event.reason == CLOSED and event.user in self.phones.seats:
            self.to_ask[event.user] = None
        return self._phone(event, there=False)

    def _pinged(self, event: Event) -> Inputs:
        return self._phone(event, there=event.ping != "UNREACHABLE")

    def _phone(self, event: Event, *, there: bool) -> Inputs:
        endpoint = (event.user or event.contact_user).partition("@")[0]
        ours = self.legs.rings(endpoint)
        return self._changed(self.phones.said(endpoint, there=there, ours=ours, registration=event.registration))

    def seats_said(self) -> Inputs:
        """What the legs that began and ended mean for the seats."""
        inputs: list[DriverInput] = []
        while self.phones.to_tell:
            endpoint, _ = self.phones.to_tell.popitem()
            inputs += self._changed(self.phones.again(endpoint, ours=self.legs.rings(endpoint)))
        return tuple(inputs)

    def seat_read(self, endpoint: str, *, there: bool, asked_at: int, registration: str) -> Inputs:
        """The reply to a question about a phone."""
        ours = self.legs.rings(endpoint)
        change = self.phones.read(endpoint, there=there, asked_at=asked_at, ours=ours, registration=registration)
        return self._changed(change)

    def _changed(self, change: tuple[str, SeatStatus] | None) -> Inputs:
        return (SeatChanged(self.node, *change),) if change is not None else ()


RULES: dict[str, Callable[[Translator, Event], Inputs]] = {
    "CHANNEL_CREATE": Translator._created,
    "CHANNEL_PROGRESS": Translator._progress,
    "CHANNEL_PROGRESS_MEDIA": Translator._progress,
    "CHANNEL_ANSWER": Translator._answered,
    "CHANNEL_PARK": Translator._parked,
    "CHANNEL_BRIDGE": Translator._bridged,
    "CHANNEL_UNBRIDGE": Translator._unbridged,
    "CHANNEL_HANGUP": Translator._hung_up,
    "CHANNEL_EXECUTE_COMPLETE": Translator._executed,
    "DTMF": Translator._digit,
    "RECORD_STOP": Translator._recorded,
    "conference::maintenance": Translator._conference,
    "sofia::notify_refer": Translator._referred,
    "sofia::register": Translator._registered,
    "sofia::unregister": Translator._unregistered,
    "sofia::expire": Translator._unregistered,
    "sofia::sip_user_state": Translator._pinged,
}

__all__ = ["MUSIC", "NOT_PLAYED", "RULES", "Inputs", "Translator"]
