"""A report that is due, made ready for each way that it goes."""

from email.message import EmailMessage

import msgspec

from cordpair.config.reports import Schedule
from cordpair.reports.days import local, moment, zone_of
from cordpair.reports.deliveries import Message
from cordpair.reports.formats import TYPES, file_name
from cordpair.reports.report import Asked, Format
from cordpair.reports.sending.mail import Mailbox, attach, letter


class Parcel(msgspec.Struct, frozen=True):
    """``id`` is the same each time that this report is sent."""

    name: str
    due: int
    asked: Asked
    format: Format
    body: bytes

    @property
    def id(self) -> str:
        return f"report-{self.name}-{moment(self.due):%Y%m%dT%H%M}Z"

    @property
    def _of(self) -> str:
        first, last = self.asked.first.isoformat(), self.asked.last.isoformat()
        if self.asked.begin is not None and self.asked.end is not None:
            zone = zone_of(self.asked.zone)
            return f"{local(self.asked.begin, zone):%Y-%m-%d %H:%M} to {local(self.asked.end, zone):%H:%M}"
        return first if first == last else f"{first} to {last}"

    def message(self) -> Message:
        return Message(self.id, self.body, TYPES[self.format])

    def letter(self, mailbox: Mailbox, schedule: Schedule) -> EmailMessage:
        by = ", ".join(schedule.by)
        text = f"The report {self.name} of {self._of} ({self.asked.zone}), by {by}, is attached.\n"
        found = letter(mailbox, schedule.to, f"Report {self.name}: {self._of}", text, self.due, self.id)
        attach(found, self.body, TYPES[self.format], file_name(self.asked.first, self.asked.last, self.format))
        return found


__all__ = ["Parcel"]
