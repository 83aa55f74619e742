"""How long somebody who comes now will wait, as others estimate it: to compare with what really became of them.

Times are in the unit of what is given. Where nobody works, no number is right: None.
"""


def announced_minutes(hold_s: int, waited_s: int) -> int:
    """What app_queue says to a caller, in whole minutes: |hold + 30 − waited| / 60.

    ``hold_s``: its moving average of those who were answered. Who waits longer than that hears the number go up again.
    """
    return abs(hold_s + 30 - waited_s) // 60


def wait_by_signed_in(handling: float, queued: int, signed_in: int) -> float | None:
    """handling · queued / agents signed in, busy or not. OpenSIPS."""
    return handling * queued / signed_in if signed_in > 0 else None


def wait_by_available(shortest_s: float, handling_s: float, position: int, available: int, least: int) -> float | None:
    """6 + shortest + handling · (position − 1) / max(available, least), in seconds. Vertical Wave."""
    agents = max(available, least)
    return 6 + shortest_s + handling_s * (position - 1) / agents if agents > 0 else None


def wait_by_length(handling: float, queued: int, agents: int) -> float | None:
    """(queued + 1) · handling / agents: exact where handling is exponential and nobody gives up. QL of Ibrahim and
    Whitt, who compare estimators by their mean squared error.
    """
    return (queued + 1) * handling / agents if agents > 0 else None


__all__ = ["announced_minutes", "wait_by_available", "wait_by_length", "wait_by_signed_in"]
