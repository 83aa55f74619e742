"""Two PBXs joined: a leg here whose phone is there. What one end does, the other sees.

A PBX that dies says nothing to the other: its end of the call notices after a while, as by a session timer.
"""

from cordpair_loopback.pbx.phones import Phone
from cordpair_loopback.pbx.state import Leg
from cordpair_loopback.pbx.switch import BYE, CANCELLED, LOST, Switch

SESSION_TIMER_MS = 5_000


class Trunk:
    """One call: the party of the near leg, and who watches the far one."""

    def __init__(self, near_switch: Switch, near: Leg, far_switch: Switch) -> None:
        self._near_switch, self._near = near_switch, near
        self._far_switch = far_switch
        self._far: Leg | None = None

    def call(self, phone: Phone) -> None:
        """The far dialplan rings that phone."""
        near = self._near
        far = self._far = Leg(f"{near.id}@{phone.endpoint}", "", phone, phone.endpoint, watcher=self)
        far.caller = near.caller
        far.headers.update(near.headers)
        self._far_switch.add(far)
        phone.invite(far)

    # ------------------------------------------------------------ what happens to the near leg

    def ringing(self, leg: Leg) -> None:
        pass

    def answered(self, leg: Leg) -> None:
        pass

    def talking(self, leg: Leg, partners: int) -> None:
        if self._far is not None and not self._far.ended:
            self._far.party.talking(self._far, partners)

    def digits(self, leg: Leg, digits: str) -> None:
        if self._far is not None and not self._far.ended:
            self._far.party.digits(self._far, digits)

    def transferred(self, leg: Leg, target: str) -> None:
        pass

    def ended(self, leg: Leg, status: int, *, elsewhere: bool) -> None:
        far = self._far
        if far is None or far.ended:
            return
        if status:
            self._far_switch.end(far, BYE if far.answered else CANCELLED, elsewhere=elsewhere)
        else:
            self._notices(self._far_switch, far)

    # ------------------------------------------------------------ what happens to the far leg

    def saw_ringing(self) -> None:
        self._near_switch.rang(self._near)

    def saw_answer(self) -> None:
        self._near_switch.picked_up(self._near)

    def saw_digit(self, digit: str) -> None:
        self._near_switch.pressed(self._near, digit)

    def saw_end(self, status: int) -> None:
        if self._near.ended:
            return
        if status:
            self._near_switch.end(self._near, status)
        else:
            self._notices(self._near_switch, self._near)

    @staticmethod
    def _notices(switch: Switch, leg: Leg) -> None:
        leg.timers.append(switch.clock.call_later(SESSION_TIMER_MS, lambda: switch.end(leg, LOST)))


__all__ = ["SESSION_TIMER_MS", "Trunk"]
