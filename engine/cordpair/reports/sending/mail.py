"""A report by mail, through the operator's mail server."""

import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

import aiosmtplib
import msgspec

from cordpair.config.reports import Smtp
from cordpair.config.secrets import resolve_secret
from cordpair.reports.report import moment

ANSWER_S = 30.0


class Mailbox(msgspec.Struct, frozen=True):
    """The server that takes our mail. ``password`` is never shown."""

    host: str
    port: int
    tls: str
    sender: str
    user: str | None = None
    password: str | None = None


PORTS = {"starttls": 587, "tls": 465, "off": 25}


def mailbox_of(smtp: Smtp, environ: Mapping[str, str], directory: Path) -> Mailbox | None:
    """None where there is none. Raises ConfigurationError naming the secret."""
    if smtp.host is None or smtp.sender is None:
        return None
    password = resolve_secret(smtp.password, "smtp.password", environ, directory) if smtp.password is not None else None
    return Mailbox(smtp.host, smtp.port or PORTS[smtp.tls], smtp.tls, smtp.sender, smtp.user, password)


def letter(mailbox: Mailbox, to: Sequence[str], subject: str, text: str, at_ms: int, id: str) -> EmailMessage:
    """``id``: by which a reader's mail program knows one that comes twice."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mailbox.sender, ", ".join(to), subject
    message["Date"] = format_datetime(moment(at_ms))
    message["Message-ID"] = make_msgid(id, mailbox.sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def attach(message: EmailMessage, body: bytes, kind: str, name: str) -> None:
    main, _, sub = kind.partition(";")[0].partition("/")
    message.add_attachment(body, maintype=main, subtype=sub, filename=name)


async def send(mailbox: Mailbox, message: EmailMessage) -> str:
    """Empty: the server took it for all. Else why not, without an address."""
    try:
        refused, _ = await aiosmtplib.send(
            message,
            hostname=mailbox.host,
            port=mailbox.port,
            username=mailbox.user,
            password=mailbox.password,
            use_tls=mailbox.tls == "tls",
            start_tls=mailbox.tls == "starttls",
            tls_context=ssl.create_default_context() if mailbox.tls != "off" else None,
            timeout=ANSWER_S,
        )
    except aiosmtplib.SMTPResponseException as error:
        return f"the mail server answered {error.code}"
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return f"the mail server does not take it ({type(error).__name__})"
    return f"the mail server refused {len(refused)} of the addresses" if refused else ""


__all__ = ["ANSWER_S", "Mailbox", "attach", "letter", "mailbox_of", "send"]
