"""The switch: legs and bridges, what may be done to them and what is reported of it.

Deterministic: the same calls at the same times give the same signals. It does not act by itself, except that prompts
end and calls out time out, both on the clock it was given.
"""

from collections import OrderedDict
from collections.abc import Mapping

from cordpair.acd.inputs import Stamp
from cordpair.pbx import Direction
from cordpair_loopback.pbx.signals import (
    Answered,
    Cleared,
    Dtmf,
    Entered,
    InBridge,
    OutOfBridge,
    PlayDone,
    Rang,
)
from cordpair_loopback.pbx.state import Bridge, Leg, Say, SwitchError
from cordpair_loopback.pbx.taps import Taps
from cordpair_loopback.pbx.timing import Clock

BYE = 200
MOVED = 302
REQUEST_TIMEOUT = 408
LOST = 504
CANCELLED = 487

DEFAULT_PROMPT_MS = 1_000
# How many ended legs are remembered, so that a late repeat of an originate does not ring again.
REMEMBERED = 10_000


class Switch:
    def __init__(self, clock: Clock, say: Say) -> None:
        self.clock = clock
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, Bridge] = {}
        self.taps = Taps(clock, self.legs, self.bridges, say)
        self.prompts: dict[str, int] = {}  # medium → ms; any other medium takes DEFAULT_PROMPT_MS
        self.missing_media: set[str] = set()
        self.say = say
        self._gone: OrderedDict[str, None] = OrderedDict()

    # ------------------------------------------------------------ legs come and go

    def has_ended(self, leg: str) -> bool:
        return leg in self._gone

    def leg(self, leg: str) -> Leg:
        found = self.legs.get(leg)
        if found is None:
            raise SwitchError(404, f"no leg {leg}")
        return found

    def add(self, leg: Leg) -> None:
        self.legs[leg.id] = leg

    def enter(self, leg: Leg, app: str) -> None:
        """An incoming call goes from the dialplan into the application."""
        if leg.ended or leg.app or leg.arrival is None:
            return
        leg.app = app
        self.say(app, Entered(leg.id, leg.arrival))

    def rang(self, leg: Leg) -> None:
        """The phone says 180."""
        if not (leg.ended or leg.answered or leg.ringing):
            leg.ringing = True
            self.say(leg.app, Rang(leg.id))
            if leg.watcher is not None:
                leg.watcher.saw_ringing()

    def picked_up(self, leg: Leg) -> None:
        """The phone says 200. A second time it changes nothing."""
        if leg.ended or leg.answered:
            return
        self._answered(leg)
        if leg.bridge is not None:
            self._answer_waiting(self.bridges[leg.bridge])
            self._count_partners(self.bridges[leg.bridge])

    def pressed(self, leg: Leg, digits: str) -> None:
        for digit in digits:
            if not leg.ended and leg.app:
                self.say(leg.app, Dtmf(leg.id, digit))
            elif leg.watcher is not None:
                leg.watcher.saw_digit(digit)

    def end(self, leg: Leg, status: int, *, elsewhere: bool = False) -> None:
        """The leg is over, whoever wanted it. Everything that hangs on it ends first."""
        if leg.ended:
            return
        leg.ended = True
        for timer in leg.timers:
            timer.cancel()
        self._stop_sounds(leg)
        self.taps.end_of(leg.id)
        del self.legs[leg.id]
        self._gone[leg.id] = None
        if len(self._gone) > REMEMBERED:
            self._gone.popitem(last=False)
        self._out(leg)
        if leg.app:
            self.say(leg.app, Cleared(leg.id, status, elsewhere))
        leg.party.ended(leg, status, elsewhere=elsewhere)
        if leg.watcher is not None:
            leg.watcher.saw_end(status)

    def end_later(self, leg: Leg, after_ms: int, status: int) -> None:
        """Unless it is answered before: a call out that nobody took."""
        leg.timers.append(self.clock.call_later(after_ms, lambda: None if leg.answered else self.end(leg, status)))

    def clear(self) -> None:
        """The process died: all is gone, and nobody says so."""
        for leg in list(self.legs.values()):
            leg.app = ""
        self.taps.forget()
        for leg in list(self.legs.values()):
            self.end(leg, 0)
        self.bridges.clear()
        self._gone.clear()

    # ------------------------------------------------------------ commands for one leg

    def answer(self, leg: str) -> None:
        found = self.leg(leg)
        if found.answered:
            return
        if found.arrival is None:
            raise SwitchError(422, f"{leg} is a call out: only its phone can answer it")
        self._answered(found)
        if found.bridge is not None:
            self._answer_waiting(self.bridges[found.bridge])
            self._count_partners(self.bridges[found.bridge])

    def ring(self, leg: str) -> None:
        found = self.leg(leg)
        if not found.answered:
            found.party.ringing(found)
        elif found.bridge is None:
            found.ring_tone, found.music = True, None

    def hang_up(self, leg: str, status: int, *, elsewhere: bool = False) -> None:
        self.end(self.leg(leg), status, elsewhere=elsewhere)

    def stamp(self, leg: str, stamp: Stamp) -> None:
        self.leg(leg).stamp = stamp

    def set_variables(self, leg: str, variables: Mapping[str, str]) -> None:
        self.leg(leg).variables.update(variables)

    def music(self, leg: str, name: str) -> None:
        found = self._outside(leg)
        found.music, found.ring_tone = name, False

    def stop_music(self, leg: str) -> None:
        self.leg(leg).music = None

    def play(self, leg: str, play: str, medium: str) -> None:
        found = self._outside(leg)
        if play in found.plays:
            return
        if medium in self.missing_media:
            self.say(found.app, PlayDone(leg, play, ok=False))
            return
        length = self.prompts.get(medium, DEFAULT_PROMPT_MS)
        found.plays[play] = (medium, self.clock.call_later(length, lambda: self._play_over(found, play)))

    def stop_play(self, leg: str, play: str) -> None:
        found = self.leg(leg)
        if play not in found.plays:
            raise SwitchError(404, f"no play {play} on {leg}")
        self._play_over(found, play)

    def send_digits(self, leg: str, digits: str) -> None:
        found = self._answered_leg(leg)
        found.digits_sent += digits
        found.party.digits(found, digits)

    def mute(self, leg: str, direction: Direction, *, on: bool) -> None:
        muted = self.leg(leg).muted
        wanted = {Direction.IN, Direction.OUT} if direction is Direction.BOTH else {direction}
        if on:
            muted |= wanted
        else:
            muted -= wanted

    def redirect(self, leg: str, target: str) -> None:
        found = self.leg(leg)
        if found.answered or found.arrival is None:
            raise SwitchError(422, f"{leg} is no caller that waits for an answer")
        found.party.transferred(found, target)
        self.end(found, MOVED)

    def refer(self, leg: str, target: str) -> None:
        """The far end calls ``target`` and hangs up here."""
        found = self._answered_leg(leg)
        found.party.transferred(found, target)
        found.timers.append(self.clock.call_later(0, lambda: self.end(found, BYE)))

    # ------------------------------------------------------------ bridges

    def join(self, bridge: str, legs: tuple[str, ...], stamp: Stamp, app: str) -> None:
        room = self.bridges.get(bridge)
        if room is None:
            room = self.bridges[bridge] = Bridge(bridge, app, stamp)
        found = [self.leg(leg) for leg in legs]  # one that is gone: nobody goes in
        for leg in found:
            if leg.bridge == bridge:
                continue
            leg.music, leg.ring_tone = None, False
            self._stop_sounds(leg)
            self._out(leg)
        waiting = [leg for leg in found if leg.bridge != bridge]
        if any(leg.answered for leg in found) or any(self.legs[leg].answered for leg in room.legs):
            for leg in waiting:
                if leg.arrival is not None and not leg.answered:
                    self._answered(leg)
        for leg in waiting:
            leg.bridge = bridge
            room.legs.append(leg.id)
            self.say(leg.app, InBridge(leg.id, bridge))
        self._answer_waiting(room)
        self._count_partners(room)

    def leave(self, bridge: str, legs: tuple[str, ...]) -> None:
        self._bridge(bridge)
        found = [self.leg(leg) for leg in legs]
        for leg in found:
            if leg.bridge == bridge:
                self._out(leg)

    def release(self, bridge: str) -> None:
        room = self._bridge(bridge)
        self.taps.end_of(bridge)
        for leg in list(room.legs):
            self._out(self.legs[leg])
        del self.bridges[bridge]

    # ------------------------------------------------------------ inner parts

    def _bridge(self, bridge: str) -> Bridge:
        room = self.bridges.get(bridge)
        if room is None:
            raise SwitchError(404, f"no bridge {bridge}")
        return room

    def _outside(self, leg: str) -> Leg:
        """Nothing is played to a leg inside a bridge: it would be heard beside the partner, or instead of it."""
        found = self.leg(leg)
        if found.bridge is not None:
            raise SwitchError(422, f"{leg} is in bridge {found.bridge}: leave it first")
        return found

    def _answered_leg(self, leg: str) -> Leg:
        found = self.leg(leg)
        if not found.answered:
            raise SwitchError(422, f"{leg} is not answered")
        return found

    def _answered(self, leg: Leg) -> None:
        leg.answered, leg.ringing = True, False
        self.say(leg.app, Answered(leg.id))
        leg.party.answered(leg)
        if leg.watcher is not None:
            leg.watcher.saw_answer()

    def _answer_waiting(self, room: Bridge) -> None:
        """A caller who waits in a bridge is answered when a partner there is."""
        legs = [self.legs[leg] for leg in room.legs]
        if any(leg.answered for leg in legs):
            for leg in legs:
                if leg.arrival is not None and not leg.answered:
                    self._answered(leg)

    def _out(self, leg: Leg) -> None:
        if leg.bridge is None:
            return
        room, leg.bridge = self.bridges[leg.bridge], None
        room.legs.remove(leg.id)
        if leg.app:
            self.say(leg.app, OutOfBridge(leg.id, room.id))
        self._talks_to(leg, 0)
        self._count_partners(room)

    def _count_partners(self, room: Bridge) -> None:
        answered = sum(self.legs[leg].answered for leg in room.legs)
        for name in list(room.legs):
            leg = self.legs[name]
            self._talks_to(leg, answered - 1 if leg.answered else 0)

    @staticmethod
    def _talks_to(leg: Leg, partners: int) -> None:
        if leg.talking != partners:
            leg.talking = partners
            if not leg.ended:
                leg.party.talking(leg, partners)

    def _stop_sounds(self, leg: Leg) -> None:
        for play in list(leg.plays):
            self._play_over(leg, play)

    def _play_over(self, leg: Leg, play: str) -> None:
        found = leg.plays.pop(play, None)
        if found is not None:
            found[1].cancel()
            self.say(leg.app, PlayDone(leg.id, play, ok=True))


__all__ = ["BYE", "CANCELLED", "DEFAULT_PROMPT_MS", "LOST", "MOVED", "REQUEST_TIMEOUT", "Switch"]
