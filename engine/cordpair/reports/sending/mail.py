"""A report by mail, through the operator's mail server."""

import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import msgspec

from cordpair.config.reports import Smtp
from cordpair.config.secrets import resolve_secret
from cordpair.reports.days import moment

ANSWER_S = 30.0
PERMANENT = 500  # and above: of SMTP's codes


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
    message["Date"] = moment(at_ms)
    message["Message-ID"] = f"<{id}@{mailbox.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def attach(message: EmailMessage, body: bytes, kind: str, name: str) -> None:
    main, _, sub = kind.partition(";")[0].partition("/")
    message.add_attachment(body, maintype=main, subtype=sub, filename=name)


class Outcome(msgspec.Struct, frozen=True):
    """``why``: empty, it was taken for all; never with an address in it. ``again``: for whom to try once more."""

    why: str = ""
    again: tuple[str, ...] = ()


async def send(mailbox: Mailbox, message: EmailMessage, to: Sequence[str]) -> Outcome:
    """``to``: for whom; the message names all."""
    try:
        refused, _ = await aiosmtplib.send(
            message,
            recipients=list(to),
            hostname=mailbox.host,
            port=mailbox.port,
            username=mailbox.user,
            password=mailbox.password,
            use_tls=mailbox.tls == "tls",
            start_tls=mailbox.tls == "starttls",
            tls_context=ssl.create_default_context() if mailbox.tls != "off" else None,
            timeout=ANSWER_S,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _refused({each.recipient: each.code for each in error.recipients})
    except aiosmtplib.SMTPResponseException as error:
        return Outcome(f"the mail server answered {error.code}", tuple(to))
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return Outcome(f"the mail server does not take it ({type(error).__name__})", tuple(to))
    return _refused({address: response.code for address, response in refused.items()})


def _refused(codes: Mapping[str, int]) -> Outcome:
    """An address that is refused for good is not tried again: the others have it."""
    if not codes:
        return Outcome()
    told = ", ".join(sorted({str(code) for code in codes.values()}))
    again = tuple(address for address, code in codes.items() if code < PERMANENT)
    return Outcome(f"the mail server refused {len(codes)} of the addresses ({told})", again)


__all__ = ["ANSWER_S", "Mailbox", "Outcome", "attach", "letter", "mailbox_of", "send"]
