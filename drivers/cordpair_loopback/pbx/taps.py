"""What taps the audio, as state: recordings, spying, and who hears whom."""

from collections.abc import Mapping

from cordpair.pbx import Direction, Hears, SpeaksTo
from cordpair_loopback.pbx.signals import RecordDone
from cordpair_loopback.pbx.state import Bridge, Leg, Recording, Say, Spying, SwitchError
from cordpair_loopback.pbx.timing import Clock


class Taps:
    def __init__(self, clock: Clock, legs: Mapping[str, Leg], bridges: Mapping[str, Bridge], say: Say) -> None:
        self.recordings: dict[str, Recording] = {}
        self.finished: dict[str, Recording] = {}  # the latest of each name, for tests to look at
        self._clock, self._legs, self._bridges, self._say = clock, legs, bridges, say

    # ------------------------------------------------------------ recordings

    def record(self, recording: str, target: str, app: str) -> None:
        if recording in self.recordings:
            return
        if target not in self._bridges:
            self._leg(target)
        self.recordings[recording] = Recording(recording, app, target, self._clock.now_ms())

    def mask(self, recording: str, *, on: bool) -> None:
        found, now = self._recording(recording), self._clock.now_ms()
        if on and found.masked_since is None:
            found.masked_since = now
        elif not on and found.masked_since is not None:
            found.masked_ms += now - found.masked_since
            found.masked_since = None

    def stop(self, recording: str) -> None:
        self.mask(recording, on=False)
        found = self.recordings.pop(recording)
        self.finished[recording] = found
        length = self._clock.now_ms() - found.started_at
        self._say(found.app, RecordDone(recording, ok=True, duration_ms=length))

    def end_of(self, target: str) -> None:
        """A leg or bridge ends: so do its recordings, and whoever listens to it hears nothing more."""
        for recording in [found.id for found in self.recordings.values() if found.target == target]:
            self.stop(recording)
        for leg in self._legs.values():
            if leg.spying is not None and leg.spying.target == target:
                leg.spying = None

    def forget(self) -> None:
        self.recordings.clear()

    def _leg(self, leg: str) -> Leg:
        found = self._legs.get(leg)
        if found is None:
            raise SwitchError(404, f"no leg {leg}")
        return found

    def _recording(self, recording: str) -> Recording:
        found = self.recordings.get(recording)
        if found is None:
            raise SwitchError(404, f"no recording {recording}")
        return found

    # ------------------------------------------------------------ listening

    def spy(self, supervisor: str, target: str, hears: Hears, speaks_to: SpeaksTo) -> None:
        leg = self._leg(supervisor)
        if not leg.answered:
            raise SwitchError(422, f"{supervisor} is not answered")
        self._leg(target)
        leg.spying = Spying(target, hears, speaks_to)

    def heard_by(self, leg: str) -> frozenset[str]:
        """Whom and what the far end of ``leg`` hears: ids of legs, ``music:name``, ``prompt:medium``,
        ``ringing``."""
        found = self._leg(leg)
        if Direction.OUT in found.muted:
            return frozenset()
        heard = {f"prompt:{medium}" for medium, _ in found.plays.values()}
        if found.music is not None and not heard:
            heard.add(f"music:{found.music}")
        if found.ring_tone and not heard:
            heard.add("ringing")
        heard.update(partner.id for partner in self._partners(found) if self._speaks(partner))
        if found.spying is not None:
            target = self._leg(found.spying.target)
            others = self._partners(target) if found.spying.hears is Hears.BOTH else []
            heard.update(other.id for other in [target, *others] if self._speaks(other))
        heard.update(spy.id for spy in self._legs.values() if self._speaks(spy) and self._whispers(spy, found))
        return frozenset(heard - {leg})

    def _whispers(self, spy: Leg, listener: Leg) -> bool:
        if spy.spying is None or spy.spying.speaks_to is SpeaksTo.NONE:
            return False
        is_target = spy.spying.target == listener.id
        is_other = listener in self._partners(self._leg(spy.spying.target))
        wanted = spy.spying.speaks_to
        return (is_target and wanted is not SpeaksTo.OTHER) or (is_other and wanted is not SpeaksTo.TARGET)

    def _partners(self, leg: Leg) -> list[Leg]:
        if leg.bridge is None:
            return []
        return [self._legs[name] for name in self._bridges[leg.bridge].legs if name != leg.id]

    @staticmethod
    def _speaks(leg: Leg) -> bool:
        return leg.answered and Direction.IN not in leg.muted


__all__ = ["Taps"]
