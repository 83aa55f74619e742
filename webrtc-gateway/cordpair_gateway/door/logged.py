"""The door's journal: a line of the log for whoever was turned away or refused, and for nobody's name or number."""

import logging

from cordpair.sip import Lock, Reason

log = logging.getLogger("cordpair.door")


class Logged:
    def denied(self, reason: str) -> None:
        log.warning("a browser was not let in: %s", reason)

    def opened(self, lock: Lock) -> None:
        log.info("%s is connected", lock.subject)

    def refused(self, lock: Lock, reason: Reason, method: str) -> None:
        log.warning("%s was refused: %s, %s", lock.subject, reason.value, method or "no method")

    def closed(self, lock: Lock, why: str) -> None:
        log.info("%s is not connected any more: %s", lock.subject, why)


__all__ = ["Logged"]
