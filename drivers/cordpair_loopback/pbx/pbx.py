"""The PBX as its surroundings see it: phones and callers, the dialplan, applications, and what may go wrong."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from cordpair.pbx import Capability, OriginateRequest, SipSwitch
from cordpair_loopback.pbx.calls import Call
from cordpair_loopback.pbx.faults import Faults
from cordpair_loopback.pbx.phones import Behaviour, Phone
from cordpair_loopback.pbx.signals import Arrival, PhoneChanged, PhoneState, Signal
from cordpair_loopback.pbx.state import SIMULATED_LEG, Leg, Party
from cordpair_loopback.pbx.switch import REQUEST_TIMEOUT, Switch
from cordpair_loopback.pbx.timing import Clock
from cordpair_loopback.pbx.trunks import Trunk

# The shipped dialplan's loop: while no engine is there, try again, then fall back.
RETRY_MS = 250
TRIES = 240
NOT_FOUND = 404
UNAVAILABLE = 503

# The trunk behind which every number is somebody's.
WORLD = "world"

CALLERS = "cordpair-in"
AGENTS = "cordpair-agents"


class Application(Protocol):
    """An engine's connection, as the PBX holds it."""

    def signal(self, signal: Signal) -> None: ...
    def closed(self, reason: str, *, fenced: bool) -> None: ...


class Arriving(Party, Protocol):
    """The party of a call that comes in."""

    def came_in(self, leg: Leg) -> None: ...


class LoopbackPbx:
    """``phones`` and ``call`` are the people; ``cut_link``, ``restart`` and ``faults`` are bad luck.

    ``app`` is where the dialplan sends arriving calls: the cell of the engine. Left empty, it is the cell of the
    first driver.
    """

    def __init__(self, clock: Clock, *, phones: Iterable[str] = (), app: str = "", name: str = "") -> None:
        self.clock = clock
        self.app = app
        self.name = name
        self.faults = Faults()
        self.behaviour = Behaviour()  # of phones added from now on
        self.phones: dict[str, Phone] = {}
        self.signal_delay_ms = 0  # how long a signal is on its way to the engine
        self.switch = Switch(clock, self._say)
        self.up = True
        self.links_refused = False
        self.sip: SipSwitch | None = None  # browsers, where somebody asked for it
        self.on_restart: list[Callable[[], None]] = []
        self.peers: dict[str, LoopbackPbx] = {}  # by the names of our trunks to them
        self._world: dict[str, Phone] = {}
        self._applications: dict[str, Application] = {}
        self._born = f"{name or 'loopback'}-{clock.now_ms():x}"
        self._starts = 1
        self._legs = 0
        for phone in phones:
            self.add_phone(phone)

    @property
    def epoch(self) -> str:
        return f"{self._born}-{self._starts}"

    @property
    def calls(self) -> list[Call]:
        """The callers who are there, oldest first."""
        return [leg.party for leg in self.switch.legs.values() if isinstance(leg.party, Call)]

    # ------------------------------------------------------------ people

    def add_phone(self, endpoint: str, behaviour: Behaviour | None = None, *, registered: bool = True) -> Phone:
        used = behaviour or self.behaviour
        phone = Phone(endpoint, self.clock, self.switch, self.phone_changed, used, registered=registered)
        self.phones[endpoint] = phone
        self.phone_changed(phone)
        return phone

    def number(self, number: str) -> Phone:
        """The phone of somebody outside, who can be called over the trunk ``world``, to say what it does."""
        return self._world.setdefault(number, self._outside(number))

    def remove_phone(self, endpoint: str) -> None:
        phone = self.phones.pop(endpoint, None)
        if phone is not None:
            phone.unregister()

    def call(  # noqa: PLR0913  what a test may say about a caller
        self,
        dialled: str,
        *,
        number: str = "",
        name: str = "",
        context: str = CALLERS,
        endpoint: str = "trunk",
        to: str = "",
        context_id: str = "",
        variables: Mapping[str, str] | None = None,
        patience_ms: int | None = None,
        talk_ms: int | None = None,
    ) -> Call:
        """A caller dials in."""
        arrival = Arrival(
            dialled=dialled,
            arrived_at=self.clock.now_ms(),
            number=number,
            name=name,
            context=context,
            endpoint=endpoint,
            to=to or dialled,
            context_id=context_id,
            variables=dict(variables or {}),
        )
        call = Call(self.clock, self.switch, arrival, patience_ms=patience_ms, talk_ms=talk_ms)
        self.arrive(arrival, call, SIMULATED_LEG)
        return call

    def arrive(self, arrival: Arrival, party: Arriving, capabilities: frozenset[Capability]) -> Leg:
        """A call comes in from ``party``."""
        self._legs += 1
        leg = Leg(f"{self.epoch}.{self._legs}", "", party, arrival.endpoint, arrival, capabilities=capabilities)
        self.switch.add(leg)
        party.came_in(leg)
        if not self.up:
            self.switch.end(leg, UNAVAILABLE)
        else:
            self._try_application(leg, 1)
        return leg

    def dial(self, endpoint: str, dialled: str) -> Call:
        """An agent's phone dials: a feature code, for instance."""
        return self.call(dialled, number=endpoint, context=AGENTS, endpoint=endpoint)

    # ------------------------------------------------------------ bad luck

    def cut_link(self, reason: str = "the link was cut", *, refuse: bool = False) -> None:
        """Every engine loses its connection; calls go on. ``refuse``: nobody comes in until ``admit_links``."""
        self.links_refused = refuse
        applications, self._applications = self._applications, {}
        for application in applications.values():
            application.closed(reason, fenced=False)

    def admit_links(self) -> None:
        self.links_refused = False

    def restart(self, *, down_ms: int = 0) -> None:
        """As after a crash: no call survives, nothing is reported, the epoch is another. Registrations last."""
        self.up = False
        self.cut_link("the PBX went away", refuse=self.links_refused)
        self.switch.clear()
        for tell in self.on_restart:
            tell()
        for phone in self.phones.values():
            while phone.state is PhoneState.IN_USE:
                phone.end_foreign_call()
        self._starts += 1
        if down_ms:
            self.clock.call_later(down_ms, self._start)
        else:
            self._start()

    # ------------------------------------------------------------ what drivers use

    def attach(self, app: str, application: Application) -> None:
        """The application of this name is served by this connection; an older one is told that it was replaced."""
        older = self._applications.get(app)
        self._applications[app] = application
        if older is not None and older is not application:
            older.closed(f"another engine took the application {app}", fenced=True)

    def detach(self, app: str, application: Application) -> None:
        if self._applications.get(app) is application:
            del self._applications[app]

    def originate(self, app: str, request: OriginateRequest) -> None:
        """Ring a phone. What cannot be rung is accepted all the same, and ends at once."""
        if request.leg in self.switch.legs or self.switch.has_ended(request.leg):
            return
        endpoint, _, peer = request.endpoint.partition("@")
        if peer == WORLD and peer not in self.peers:
            self._ring(app, request, endpoint, self._world.get(endpoint) or self._outside(endpoint))
        elif peer:
            self._over_trunk(app, request, endpoint, self.peers.get(peer))
        else:
            self._ring(app, request, endpoint, self.phones.get(endpoint))

    # ------------------------------------------------------------ inner parts

    def _ring(self, app: str, request: OriginateRequest, endpoint: str, phone: Phone | None) -> None:
        party = phone or Phone(endpoint, self.clock, self.switch, self.phone_changed, self.behaviour)
        leg = Leg(request.leg, app, party, endpoint, stamp=request.stamp, originator=request.originator or "")
        leg.caller = (request.caller_number, request.caller_name)
        leg.headers.update(request.headers)
        leg.variables.update(request.variables)
        self.switch.add(leg)
        if phone is None or not phone.registered:
            self.switch.end(leg, NOT_FOUND)
            return
        self.switch.end_later(leg, request.timeout_ms, REQUEST_TIMEOUT)
        phone.invite(leg)

    def _outside(self, number: str) -> Phone:
        return Phone(number, self.clock, self.switch, lambda _: None, self.behaviour)

    def _over_trunk(self, app: str, request: OriginateRequest, seat: str, peer: "LoopbackPbx | None") -> None:
        silent = self._outside(request.endpoint)
        leg = Leg(request.leg, app, silent, request.endpoint, stamp=request.stamp, originator=request.originator or "")
        leg.caller = (request.caller_number, request.caller_name)
        leg.headers.update(request.headers)
        leg.variables.update(request.variables)
        self.switch.add(leg)
        phone = peer.phones.get(seat) if peer is not None else None
        if peer is None or (peer.up and (phone is None or not phone.registered)):
            self.switch.end(leg, NOT_FOUND)
            return
        self.switch.end_later(leg, request.timeout_ms, REQUEST_TIMEOUT)
        if peer.up and phone is not None:  # else nobody answers at all
            trunk = Trunk(self.switch, leg, peer.switch)
            leg.party = trunk
            trunk.call(phone)

    def _start(self) -> None:
        self.up = True

    def _try_application(self, leg: Leg, attempt: int) -> None:
        if leg.ended:
            return
        if self.app in self._applications:
            self.switch.enter(leg, self.app)
        elif attempt > TRIES:
            self.switch.end(leg, UNAVAILABLE)
        else:
            leg.party.ringing(leg)
            again = self.clock.call_later(RETRY_MS, lambda: self._try_application(leg, attempt + 1))
            leg.timers.append(again)

    def phone_changed(self, phone: Phone) -> None:
        for application in list(self._applications.values()):
            application.signal(PhoneChanged(phone.endpoint, phone.state))

    def _say(self, app: str, signal: Signal) -> None:
        application = self._applications.get(app)
        if application is not None:
            application.signal(signal)


__all__ = ["AGENTS", "CALLERS", "Application", "LoopbackPbx"]
