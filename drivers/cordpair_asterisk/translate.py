"""ARI events → Cordpair's inputs. Pure: where the words *channel, Stasis, device state* end.

What is not ours is dropped here: other cells' legs and bridges, channels made for listening, devices nobody watches.
"""

from collections.abc import Callable

from cordpair.acd.causes import Cause
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
from cordpair.pbx import Seats
from cordpair_asterisk.causes import destroyed, requested, seat_status
from cordpair_asterisk.legs import CallLegs, Leg
from cordpair_asterisk.stamps import (
    LEG_ARGUMENT,
    TECHNOLOGY,
    bridge_stamp,
    endpoint_of,
    is_party,
    made_by_asterisk,
    recorded_by,
    spying_supervisor,
    stamp_of,
)
from cordpair_asterisk.wire import Bridge, Channel, Event, LiveRecording, epoch_ms

Inputs = tuple[DriverInput, ...]

# Early media (183) as well: a network that plays its own ring tone need not say 180.
RINGS = ("RINGING", "PROGRESS")


class Translator:
    """The state of one link: which legs are ours and what was said about them."""

    def __init__(self, node: NodeId, cell: str, endpoints: tuple[str, ...]) -> None:
        self.node, self.cell, self.app = node, cell, f"cordpair-{cell}"
        self.legs = CallLegs()
        self.seats = Seats(endpoints)
        self.plays: dict[PlayId, LegId] = {}
        self.recordings: dict[RecordingId, int | None] = {}  # when it began, once that was seen
        self.bridges: set[str] = set()  # of ours
        self.spying: dict[LegId, str] = {}  # supervisors in their spying bridges
        self.vacated: set[str] = set()  # seats whose leg of ours has ended: to be read again
        self.unexplained: set[LegId] = set()  # callers that left, nobody said why: to be looked for

    def translate(self, event: Event) -> Inputs:
        rule = RULES.get(event.type)
        return rule(self, event) if rule is not None else ()

    # ------------------------------------------------------------ what the driver tells

    def originating(self, leg: LegId, endpoint: str) -> None:
        """We are about to ask for this leg: its events may come before the reply."""
        self.legs.begin(leg, originated=True, endpoint=endpoint)

    def not_originated(self, leg: LegId) -> None:
        """It was refused; the refusal is reported, so nothing else may be."""
        known = self.legs.end(leg)
        if known is not None and known.endpoint:
            self.vacated.add(known.endpoint)

    def hanging_up(self, leg: LegId, cause: Cause) -> bool:
        """False: it has left us. Its channel may live on for a moment, or in the operator's dialplan."""
        known = self.legs.get(leg)
        if self.legs.has_ended(leg) or (known is not None and known.left):
            return False
        if known is not None:
            known.asked = cause
        return True

    def explained(self, leg: LegId, *, gone: bool) -> Inputs:
        """A caller that left without a hang-up request. Gone: they hung up before our application was told of the
        channel, and of the request neither. Else somebody sent it on into the dialplan: it lives, but not with us.
        """
        return self._ended(leg, Cause.NORMAL if gone else Cause.UNKNOWN) if leg in self.legs else ()

    # ------------------------------------------------------------ whose is it

    def leg_of(self, channel: Channel | None) -> Leg | None:
        """The leg that this channel is, when it is ours: known, or stamped by our cell."""
        if channel is None or not is_party(channel):
            return None
        leg = LegId(channel.id)
        known = self.legs.get(leg)
        if known is not None or self.legs.has_ended(leg):
            return known
        stamp = stamp_of(channel)
        if stamp is None or stamp.cell != self.cell:
            return None
        return self.adopt(channel)

    def adopt(self, channel: Channel) -> Leg:
        """Take a leg for ours that this link has not seen begin."""
        originated = not made_by_asterisk(channel.id)
        leg = self.legs.begin(LegId(channel.id), originated=originated, endpoint=endpoint_of(channel))
        leg.up = leg.up or channel.state == "Up"
        return leg

    def is_ours(self, bridge: Bridge | None) -> bool:
        stamp = bridge_stamp(bridge) if bridge is not None else None
        return stamp is not None and stamp.cell == self.cell

    def arrival(self, channel: Channel) -> LegArrived:
        """With an operator's own dialplan the CP_ variables are missing; what the channel itself shows stands in."""
        stamped = channel.variable("CP_ARRIVED")
        arrived = int(stamped) if stamped.isascii() and stamped.isdigit() else epoch_ms(channel.creationtime)
        return LegArrived(
            leg=LegId(channel.id),
            node=self.node,
            dialled=channel.variable("CP_DIALLED") or channel.dialplan.exten,
            arrived_at=arrived or 0,
            to=channel.variable("CP_TO"),
            context=channel.variable("CP_FROM_CONTEXT") or channel.dialplan.context,
            endpoint=channel.variable("CP_ENDPOINT") or endpoint_of(channel),
            context_id=channel.variable("CP_CONTEXT_ID"),
            caller=Caller(number=channel.caller.number, name=channel.caller.name),
        )

    # ------------------------------------------------------------ a leg's life

    def _stasis_start(self, event: Event) -> Inputs:
        channel = event.channel
        if channel is None or not is_party(channel) or event.application != self.app:
            return ()
        leg, stamp = LegId(channel.id), stamp_of(channel)
        if (stamp is not None and stamp.cell != self.cell) or self.legs.has_ended(leg):
            return ()
        known = self.legs.get(leg)
        if known is None and (stamp is not None or event.args[:1] == (LEG_ARGUMENT,)):
            known = self.adopt(channel)
        if known is not None:
            known.up = known.up or channel.state == "Up"
            return self._answered(leg, known)
        known = self.legs.begin(leg, originated=False)
        known.up = channel.state == "Up"
        return (self.arrival(channel), *self._answered(leg, known))

    def _answered(self, leg: LegId, known: Leg) -> Inputs:
        if known.answered or not known.up:
            return ()
        known.answered = True
        return (LegAnswered(leg),)

    def _state_changed(self, event: Event) -> Inputs:
        channel, known = event.channel, self.leg_of(event.channel)
        if channel is None or known is None:
            return ()
        if channel.state == "Ringing" and known.originated:
            return self._ringing(LegId(channel.id), known)
        if channel.state == "Up":
            known.up = True
            if not known.originated:  # an originated leg cannot be bridged before its StasisStart
                return self._answered(LegId(channel.id), known)
        return ()

    def _dial(self, event: Event) -> Inputs:
        known = self.leg_of(event.peer)
        if event.peer is None or known is None or not known.originated:
            return ()
        known.forwarded = known.forwarded or bool(event.forward)
        return self._ringing(LegId(event.peer.id), known) if event.dialstatus in RINGS else ()

    def _ringing(self, leg: LegId, known: Leg) -> Inputs:
        if known.ringing or known.up:
            return ()
        known.ringing = True
        return (LegRinging(leg),)

    def _hang_up_requested(self, event: Event) -> Inputs:
        known = self.leg_of(event.channel)
        if known is not None and not known.originated:
            known.seen = requested(event.cause, soft=event.soft, answered=known.up, ours=known.asked)
        return ()

    def _stasis_end(self, event: Event) -> Inputs:
        known = self._ending(event.channel)
        if event.channel is None or known is None or known.originated:
            return ()  # of what we originate, ChannelDestroyed follows
        leg = LegId(event.channel.id)
        if known.seen is None:
            known.left = True
            self.unexplained.add(leg)
            return ()
        return self._ended(leg, known.seen)

    def _channel_destroyed(self, event: Event) -> Inputs:
        known = self._ending(event.channel)
        if event.channel is None or known is None:
            return ()
        cause = destroyed(event.cause, answered=known.up, ringing=known.ringing, forwarded=known.forwarded)
        return self._ended(LegId(event.channel.id), cause)

    def _ending(self, channel: Channel | None) -> Leg | None:
        """A leg that is not known (yet) is remembered as ended: a snapshot in progress may still have seen it alive."""
        known = self.leg_of(channel)
        if known is None and channel is not None:
            self.legs.end(LegId(channel.id))
        return known

    def _ended(self, leg: LegId, cause: Cause) -> Inputs:
        known = self.legs.end(leg)
        self.spying.pop(leg, None)
        if known is not None and known.endpoint:
            self.vacated.add(known.endpoint)
        return (LegEnded(leg, cause),)

    def _digit(self, event: Event) -> Inputs:
        if event.channel is None or self.leg_of(event.channel) is None or not event.digit:
            return ()
        return (Digit(LegId(event.channel.id), event.digit),)

    # ------------------------------------------------------------ bridges

    def _entered(self, event: Event) -> Inputs:
        known = self.leg_of(event.channel)
        if event.channel is None or event.bridge is None or known is None:
            return ()
        known.moved = True
        if not self.is_ours(event.bridge):
            if spying_supervisor(event.bridge, self.cell) == event.channel.id:
                self.spying[LegId(event.channel.id)] = event.bridge.id
            return ()
        known.bridge = BridgeId(event.bridge.id)
        return (Joined(LegId(event.channel.id), known.bridge),)

    def _left(self, event: Event) -> Inputs:
        known = self.leg_of(event.channel)
        if event.channel is None or event.bridge is None or known is None:
            return ()
        self.spying.pop(LegId(event.channel.id), None)
        if not self.is_ours(event.bridge):
            return ()
        known.moved = True
        bridge = BridgeId(event.bridge.id)
        if known.bridge == bridge:
            known.bridge = None
        return (Left(LegId(event.channel.id), bridge),)

    # ------------------------------------------------------------ plays and recordings

    def _play_finished(self, event: Event) -> Inputs:
        if event.playback is None:
            return ()
        play = PlayId(event.playback.id)
        kind, _, target = event.playback.target_uri.partition(":")
        leg = self.plays.pop(play, None)
        if leg is None and kind == "channel" and LegId(target) in self.legs:
            leg = LegId(target)  # begun before this link
        return (PlayEnded(play, leg, ok=event.playback.state == "done"),) if leg is not None else ()

    def _recording(self, live: LiveRecording | None) -> RecordingId | None:
        """Ours: begun on this link, or made of a bridge of ours, or by a listening channel that bears its name."""
        if live is None:
            return None
        kind, _, target = live.target_uri.partition(":")
        of_leg, of_bridge = (
            kind == "channel" and recorded_by(target) == live.name,
            kind == "bridge" and target in self.bridges,
        )
        recording = RecordingId(live.name)
        return recording if recording in self.recordings or of_leg or of_bridge else None

    def _recording_started(self, event: Event) -> Inputs:
        recording = self._recording(event.recording)
        if recording is not None:
            self.recordings[recording] = epoch_ms(event.timestamp)
        return ()

    def _recording_ended(self, event: Event) -> Inputs:
        recording = self._recording(event.recording)
        if recording is None or event.recording is None:
            return ()
        began, ended = self.recordings.pop(recording, None), epoch_ms(event.timestamp)
        # ARI counts whole seconds and forgets the rest; its own timestamps know better.
        measured = ended - began if began is not None and ended is not None else 0
        duration = max(measured, 0) or (event.recording.duration or 0) * 1000
        return (RecordingEnded(recording, ok=event.type == "RecordingFinished", duration_ms=duration),)

    # ------------------------------------------------------------ seats

    def _device_state(self, event: Event) -> Inputs:
        if event.device_state is None:
            return ()
        device = event.device_state
        technology, _, endpoint = device.name.partition("/")
        if technology != TECHNOLOGY[:-1]:
            return ()
        ours = self.legs.rings(endpoint)
        return self._seat_changed(self.seats.event(endpoint, seat_status(device.state), ours=ours))

    def seat_read(self, endpoint: str, state: str, *, asked_at: int) -> Inputs:
        """The reply to a question about a seat."""
        ours = self.legs.rings(endpoint)
        return self._seat_changed(self.seats.reply(endpoint, seat_status(state), ours=ours, asked_at=asked_at))

    def _seat_changed(self, change: tuple[str, object] | None) -> Inputs:
        if change is None:
            return ()
        status = self.seats.status(change[0])
        return (SeatChanged(self.node, change[0], status),) if status is not None else ()


RULES: dict[str, Callable[[Translator, Event], Inputs]] = {
    "StasisStart": Translator._stasis_start,
    "StasisEnd": Translator._stasis_end,
    "ChannelStateChange": Translator._state_changed,
    "Dial": Translator._dial,
    "ChannelHangupRequest": Translator._hang_up_requested,
    "ChannelDestroyed": Translator._channel_destroyed,
    "ChannelDtmfReceived": Translator._digit,
    "ChannelEnteredBridge": Translator._entered,
    "ChannelLeftBridge": Translator._left,
    "PlaybackFinished": Translator._play_finished,
    "RecordingStarted": Translator._recording_started,
    "RecordingFinished": Translator._recording_ended,
    "RecordingFailed": Translator._recording_ended,
    "DeviceStateChanged": Translator._device_state,
}
REPLACED = "ApplicationReplaced"
# What Asterisk is asked to send; the rest (ChannelVarset is more than half of all events) never leaves it.
WANTED = (*RULES, REPLACED)

__all__ = ["REPLACED", "RULES", "WANTED", "Inputs", "Translator"]
