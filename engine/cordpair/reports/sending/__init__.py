"""Scheduled reports: made when they are due, sent by mail or to a webhook."""

from cordpair.reports.sending.due import asked_at, due_after, due_before
from cordpair.reports.sending.mail import Mailbox, mailbox_of, send
from cordpair.reports.sending.parcel import Parcel
from cordpair.reports.sending.sender import Plan, Sender, plans_of, sending

__all__ = [
    "Mailbox",
    "Parcel",
    "Plan",
    "Sender",
    "asked_at",
    "due_after",
    "due_before",
    "mailbox_of",
    "plans_of",
    "send",
    "sending",
]
