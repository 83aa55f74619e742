"""A PBX as a model: it obeys commands at once, but what happens reaches the engine through a wire that a test drains.

Between a thing and its report anything else can happen, as on a real PBX.
"""

from collections import deque

from cordpair.acd import commands as cmd
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, Failure, SeatStatus
from cordpair.acd.inputs import BridgeSeen, LegSeen, Snapshot, Stamp
from cordpair.ids import BridgeId, LegId, NodeId

NODE = NodeId("main")


class SwitchLeg:
    def __init__(self, leg: LegId, inbound: inp.LegArrived | None, stamp: Stamp | None, endpoint: str = "") -> None:
        self.leg = leg
        self.inbound = inbound
        self.stamp = stamp
        self.endpoint = endpoint
        self.answered = False
        self.ringing = False
        self.bridge: BridgeId | None = None
        self.silent = False  # a dead phone: never rings
        self.music = False
        self.stuck = False  # a command to leave was refused


class Switch:
    """``peers``: by the names in our configuration, what our trunks lead to."""

    def __init__(self, node: NodeId = NODE) -> None:
        self.node = node
        self.peers: dict[str, Switch] = {}
        self.sent_on: dict[LegId, str] = {}  # callers who were asked to call elsewhere, and where
        self.legs: dict[LegId, SwitchLeg] = {}
        self.bridges: dict[BridgeId, Stamp] = {}
        self.wire: deque[inp.Input] = deque()
        self.linked = False
        self.epoch = 1
        self.seats: dict[str, SeatStatus] = {}
        self.refuse: set[str] = set()  # commands refused once
        self.originated: list[LegId] = []
        self.answered_elsewhere: list[LegId] = []
        self.violations: list[str] = []

    def tell(self, given: inp.Input) -> None:
        if self.linked:
            self.wire.append(given)

    # ------------------------------------------------------------ what people do

    def call(self, given: inp.LegArrived) -> None:
        self.legs[given.leg] = SwitchLeg(given.leg, given, None)
        self.tell(given)

    def end(self, leg: LegId, cause: Cause) -> None:
        gone = self.legs.pop(leg, None)
        if gone is not None:
            self.tell(inp.LegEnded(leg, cause))
            self._free(gone.endpoint)

    def ring(self, leg: LegId) -> None:
        self.legs[leg].ringing = True
        self.tell(inp.LegRinging(leg))

    def pick_up(self, leg: LegId) -> None:
        self.legs[leg].answered = True
        self.tell(inp.LegAnswered(leg))

    def restart(self) -> None:
        self.epoch += 1
        for leg in self.legs.values():
            self._free(leg.endpoint)
        self.legs.clear()
        self.bridges.clear()
        self.seats = {
            phone: SeatStatus.REACHABLE if status is SeatStatus.BUSY else status for phone, status in self.seats.items()
        }
        self.cut()

    def _free(self, endpoint: str) -> None:
        """The call over a trunk is over: the far PBX sees the phone free again."""
        phone, _, peer = endpoint.partition("@")
        if peer:
            self.peers[peer].show(phone, SeatStatus.REACHABLE)

    def show(self, phone: str, status: SeatStatus) -> None:
        if self.seats.get(phone) is not SeatStatus.UNREACHABLE:
            self.seats[phone] = status
            self.tell(inp.SeatChanged(self.node, phone, status))

    def at_phone(self, phone: str) -> list[LegId]:
        """Legs to the phone, from here or over a trunk to here."""
        found = [leg.leg for leg in self.legs.values() if leg.endpoint == phone]
        for peer in self.peers.values():
            found += [
                leg.leg
                for leg in peer.legs.values()
                if leg.endpoint.partition("@")[0] == phone and peer.peers.get(leg.endpoint.partition("@")[2]) is self
            ]
        return found

    def cut(self) -> None:
        if self.linked:
            self.linked = False
            self.wire.append(inp.LinkDown(self.node, "cut"))

    def link(self) -> None:
        if not self.linked:
            self.linked = True
            self.wire.append(inp.LinkUp(self.node, self.snapshot()))

    def snapshot(self) -> Snapshot:
        legs = tuple(
            LegSeen(
                leg.leg,
                leg.answered,
                leg.ringing,
                leg.bridge,
                leg.stamp,
                leg.inbound if leg.stamp is None else None,
            )
            for leg in self.legs.values()
        )
        bridges = tuple(
            BridgeSeen(bridge, tuple(leg.leg for leg in self.legs.values() if leg.bridge == bridge), stamp)
            for bridge, stamp in self.bridges.items()
        )
        return Snapshot(str(self.epoch), legs, bridges, dict(self.seats))

    # ------------------------------------------------------------ what the engine asks

    def do(self, command: cmd.Command) -> None:
        name = type(command).__name__
        if not self.linked:
            self.wire.append(_failed(command, Failure.LINK_LOST))
        elif name in self.refuse:
            self.refuse.discard(name)
            for leg in getattr(command, "legs", ()) if name == "Leave" else ():
                if leg in self.legs:
                    self.legs[leg].stuck = True
            self.wire.append(_failed(command, Failure.REFUSED))
        else:
            failure = getattr(self, f"_{name.lower()}")(command)
            if failure is not None:
                self.wire.append(_failed(command, failure))

    def _answer(self, command: cmd.Answer) -> Failure | None:
        leg = self.legs.get(command.leg)
        if leg is None:
            return Failure.GONE
        if not leg.answered:
            self.pick_up(command.leg)
        return None

    def _stampleg(self, command: cmd.StampLeg) -> Failure | None:
        leg = self.legs.get(command.leg)
        if leg is None:
            return Failure.GONE
        leg.stamp = command.stamp
        return None

    def _hangup(self, command: cmd.HangUp) -> Failure | None:
        if command.leg not in self.legs:
            return Failure.GONE
        if command.cause is Cause.ANSWERED_ELSEWHERE:
            self.answered_elsewhere.append(command.leg)
        self.end(command.leg, command.cause)
        return None

    def _originate(self, command: cmd.Originate) -> Failure | None:
        if command.leg in self.originated:
            self.violations.append(f"{command.leg} originated twice")
            return None
        self.originated.append(command.leg)
        phone, _, peer = command.endpoint.partition("@")
        there = self.peers[peer] if peer else self
        if there.seats.get(phone) is not SeatStatus.REACHABLE and not peer:
            return Failure.REFUSED
        busy = there.at_phone(phone)
        if busy:
            self.violations.append(f"{command.endpoint} is rung while it has {busy[0]}")
        self.legs[command.leg] = SwitchLeg(command.leg, None, command.stamp, command.endpoint)
        if peer and there.seats.get(phone) is not SeatStatus.REACHABLE:
            self.end(command.leg, Cause.UNREACHABLE)
        elif peer:
            there.show(phone, SeatStatus.BUSY)  # the far PBX does not know whose call it is
        return None

    def _dial(self, command: cmd.Dial) -> Failure | None:
        """The customer's phone is any phone: it is always there."""
        if command.leg in self.originated:
            self.violations.append(f"{command.leg} dialled twice")
            return None
        self.originated.append(command.leg)
        self.legs[command.leg] = SwitchLeg(command.leg, None, command.stamp)
        return None

    def _redirect(self, command: cmd.Redirect) -> Failure | None:
        leg = self.legs.get(command.leg)
        if leg is None:
            return Failure.GONE
        if leg.answered:
            return Failure.REFUSED
        self.sent_on[command.leg] = command.target
        self.end(command.leg, Cause.NORMAL)
        return None

    def _refer(self, command: cmd.Refer) -> Failure | None:
        leg = self.legs.get(command.leg)
        if leg is None:
            return Failure.GONE
        if not leg.answered:
            self.violations.append(f"{command.leg} is transferred and was never answered")
        self.sent_on[command.leg] = command.target
        return None

    def _join(self, command: cmd.Join) -> Failure | None:
        if any(leg not in self.legs for leg in command.legs):
            return Failure.GONE
        self.bridges[command.bridge] = command.stamp
        for leg in command.legs:
            self.legs[leg].music = self.legs[leg].stuck = False
            if self.legs[leg].bridge != command.bridge:
                self.legs[leg].bridge = command.bridge
                self.tell(inp.Joined(leg, command.bridge))
        return None

    def _leave(self, command: cmd.Leave) -> Failure | None:
        if command.bridge not in self.bridges or any(leg not in self.legs for leg in command.legs):
            return Failure.GONE
        for leg in command.legs:
            self.legs[leg].stuck = False
            if self.legs[leg].bridge == command.bridge:
                self._out(self.legs[leg])
        return None

    def _out(self, leg: SwitchLeg) -> None:
        bridge, leg.bridge = leg.bridge, None
        if bridge is not None:
            self.tell(inp.Left(leg.leg, bridge))

    def _release(self, command: cmd.Release) -> Failure | None:
        if self.bridges.pop(command.bridge, None) is None:
            return Failure.GONE
        for leg in self.legs.values():
            if leg.bridge == command.bridge:
                self._out(leg)
        return None

    def _music(self, command: cmd.Music) -> Failure | None:
        """Nothing is played to a leg inside a bridge."""
        leg = self.legs.get(command.leg)
        if leg is None:
            return Failure.GONE
        if leg.bridge is not None:
            if not leg.stuck:
                self.violations.append(f"music is played to {leg.leg}, who talks in {leg.bridge}")
            return Failure.REFUSED
        leg.music = True
        return None

    def _stopmusic(self, command: cmd.StopMusic) -> Failure | None:
        if command.leg not in self.legs:
            return Failure.GONE
        self.legs[command.leg].music = False
        return None

    def _ring(self, command: cmd.Ring) -> Failure | None:
        return None if command.leg in self.legs else Failure.GONE

    def _senddigits(self, command: cmd.SendDigits) -> Failure | None:
        return None if command.leg in self.legs else Failure.GONE

    def _play(self, command: cmd.Play) -> Failure | None:
        if command.leg not in self.legs:
            return Failure.GONE
        self.tell(inp.PlayEnded(command.play, command.leg))
        return None

    def _stopplay(self, command: cmd.StopPlay) -> Failure | None:
        return None if command.leg in self.legs else Failure.GONE


def _failed(command: cmd.Command, failure: Failure) -> inp.CommandFailed:
    """As the executor reports it."""
    return inp.CommandFailed(
        type(command).__name__,
        command.node,
        failure,
        leg=getattr(command, "leg", None),
        bridge=getattr(command, "bridge", None),
    )
