"""A browser's requests, each checked against the lock and the call it belongs to, and written anew."""

import msgspec

from cordpair.sip import bodies, credentials, values
from cordpair.sip.dialogs import Dialog, Dialogs, Sent
from cordpair.sip.frame import Heard
from cordpair.sip.headers import carried
from cordpair.sip.locks import CallLock, Doorway, Lock, PhoneLock
from cordpair.sip.reasons import Reason, Refused
from cordpair.sip.writing import write

MAX_FORWARDS = "70"
CONTEXT_ID = "X-Context-Id"


class Said(msgspec.Struct, frozen=True):
    """A request, and everything it is judged by."""

    heard: Heard
    lock: Lock
    doorway: Doorway
    dialogs: Dialogs
    called: bool

    @property
    def call_id(self) -> str:
        return values.call_id(self.heard.one("call-id"))


# ------------------------------------------------------------ out of a dialog


def invite(said: Said) -> bytes:
    """The first of a call, or another in one that goes on."""
    to = values.address(said.heard.one("to"))
    if to.tag:
        return _again(said)
    target, identity = _may_call(said)
    sender = values.address(said.heard.one("from"))
    if not values.same(sender.uri, values.uri(identity)):
        raise Refused(Reason.FROM)
    if not values.same(to.uri, values.uri(said.heard.uri)):
        raise Refused(Reason.DESTINATION)
    if not sender.tag:
        raise Refused(Reason.TAG)
    before = said.dialogs.get(said.call_id)
    if before is not None and not before.over:  # one that was challenged comes again, with its proof
        raise Refused(Reason.USED)
    local, remote = f"<{identity}>", f"<{target}>"
    sent = Sent(_branch(said), target, f"{local};tag={sender.tag}", remote)
    made = _written(said, target, sent.sender, remote, _trusted(said))
    dialog = Dialog(said.call_id, True, local, sender.tag, remote, target=target)
    dialog.remember(said.heard.number, sent)
    said.dialogs.open(dialog)
    return made


def _may_call(said: Said) -> tuple[str, str]:
    """Where to, and as whom."""
    wanted = values.uri(said.heard.uri)
    if isinstance(said.lock, CallLock):
        if said.called:
            raise Refused(Reason.USED)
        if not values.same(wanted, values.uri(said.lock.target)):
            raise Refused(Reason.DESTINATION)
        return said.lock.target, said.lock.identity
    home = values.uri(said.lock.address)
    if wanted.user not in said.lock.dials or (wanted.host, wanted.port, wanted.scheme) != (
        home.host,
        home.port,
        home.scheme,
    ):
        raise Refused(Reason.DESTINATION)
    if said.dialogs.alive() >= said.lock.calls:
        raise Refused(Reason.TOO_MANY_CALLS)
    return str(wanted), said.lock.address


def _trusted(said: Said) -> list[tuple[str, str]]:
    if isinstance(said.lock, PhoneLock):
        return credentials.rebuilt(said.heard, said.lock)
    return [(CONTEXT_ID, said.lock.context_id), *said.doorway.headers.items()]


def register(said: Said) -> bytes:
    lock, heard = said.lock, said.heard
    if not isinstance(lock, PhoneLock):
        raise Refused(Reason.METHOD)
    home, sender, to = values.uri(lock.address), values.address(heard.one("from")), values.address(heard.one("to"))
    wanted = values.uri(heard.uri)
    if not (values.same(sender.uri, home) and values.same(to.uri, home)):
        raise Refused(Reason.REGISTRATION)
    if wanted.user is not None or (wanted.scheme, wanted.host, wanted.port) != (home.scheme, home.host, home.port):
        raise Refused(Reason.REGISTRATION)
    if not sender.tag or to.tag or heard.body:
        raise Refused(Reason.REGISTRATION)
    contact = "*" if heard.one("contact") == "*" else _contact(heard, said.doorway)
    if contact == "*" and heard.one("expires") != "0":
        raise Refused(Reason.REGISTRATION)
    made = [
        *_beginning(said, f"<{lock.address}>;tag={sender.tag}", f"<{lock.address}>"),
        ("Contact", contact),
        *_expires(heard),
        *(pair for pair in carried(heard) if pair[0] not in {"Expires", "Require"}),
        *credentials.rebuilt(heard, lock),
    ]
    return write(f"REGISTER {wanted} SIP/2.0", made)


def _expires(heard: Heard) -> list[tuple[str, str]]:
    """As a header, wherever the browser wrote it."""
    at_contact = "" if heard.one("contact") == "*" else values.address(heard.one("contact")).expires
    given = at_contact or heard.one("expires")
    return [("Expires", values.seconds(given, 3_600))] if given else []


# ------------------------------------------------------------ in a dialog


def _again(said: Said) -> bytes:
    dialog = _dialog(said)
    if not dialog.answered:
        raise Refused(Reason.DIALOG)
    made = in_dialog(said)
    sender, receiver = _ends(said, dialog)
    dialog.remember(said.heard.number, Sent(_branch(said), dialog.target, sender, receiver))
    return made


def in_dialog(said: Said) -> bytes:
    dialog = _dialog(said)
    sender, receiver = _ends(said, dialog)
    _to_target(said, dialog.target)
    made = _written(said, dialog.target, sender, receiver, [])
    if said.heard.method == "BYE":
        dialog.over = True
    return made


def ack(said: Said) -> bytes:
    """Of a refused INVITE it goes where that went; of an answered one it is a request of the call."""
    dialog = said.dialogs.get(said.call_id)
    sent = dialog.sent.get(said.heard.number) if dialog is not None else None
    if dialog is None or sent is None or not sent.final:
        raise Refused(Reason.DIALOG)
    sender, receiver = _ends(said, dialog)
    uri = dialog.target
    if sent.final >= 300:
        if _branch(said) != sent.branch:
            raise Refused(Reason.TRANSACTION)
        uri = sent.uri
    _to_target(said, uri)
    return _written(said, uri, sender, receiver, [])


def cancel(said: Said) -> bytes:
    dialog = said.dialogs.get(said.call_id)
    sent = dialog.sent.get(said.heard.number) if dialog is not None else None
    if dialog is None or sent is None:
        raise Refused(Reason.DIALOG)
    sender, to = values.address(said.heard.one("from")), values.address(said.heard.one("to"))
    if sender.tag != dialog.local_tag or (to.tag and to.tag not in dialog.remote_tags):
        raise Refused(Reason.TAG)
    if _branch(said) != sent.branch or said.heard.body:
        raise Refused(Reason.TRANSACTION)
    _to_target(said, sent.uri)
    return write(f"CANCEL {sent.uri} SIP/2.0", _beginning(said, sent.sender, sent.receiver))


def _dialog(said: Said) -> Dialog:
    dialog = said.dialogs.get(said.call_id)
    if dialog is None or dialog.over or not dialog.remote_tags:
        raise Refused(Reason.DIALOG)
    return dialog


def _ends(said: Said, dialog: Dialog) -> tuple[str, str]:
    """From and To as the PBX knows them, when the browser's tags are the call's."""
    sender, to = values.address(said.heard.one("from")), values.address(said.heard.one("to"))
    if not dialog.local_tag or sender.tag != dialog.local_tag or to.tag not in dialog.remote_tags:
        raise Refused(Reason.TAG)
    return f"{dialog.local};tag={dialog.local_tag}", f"{dialog.remote};tag={to.tag}"


def _to_target(said: Said, target: str) -> None:
    """A browser writes the PBX's Contact back, maybe with its parameters in another order."""
    if not target or not _without_parameters(said.heard.uri, target):
        raise Refused(Reason.DESTINATION)


def _without_parameters(given: str, known: str) -> bool:
    return given.partition(";")[0].lower() == known.partition(";")[0].lower()


# ------------------------------------------------------------ what all have


def _branch(said: Said) -> str:
    return values.branch(_one_via(said.heard))


def _one_via(heard: Heard) -> str:
    if len(heard.all("via")) != 1:
        raise Refused(Reason.REPEATED)
    return heard.one("via")


def _beginning(said: Said, sender: str, receiver: str) -> list[tuple[str, str]]:
    return [
        ("Via", values.via(_one_via(said.heard), said.doorway.transport)),
        ("Max-Forwards", MAX_FORWARDS),
        ("From", sender),
        ("To", receiver),
        ("Call-ID", said.call_id),
        ("CSeq", f"{said.heard.number} {said.heard.method}"),
    ]


def _contact(heard: Heard, doorway: Doorway) -> str:
    if not heard.one("contact"):
        raise Refused(Reason.MISSING)
    found = values.address(heard.one("contact")).uri
    port = f":{found.port}" if found.port else ""
    user = f"{found.user}@" if found.user else ""
    return f"<sip:{user}{found.host}{port};transport={doorway.transport.lower()}>"


def _written(said: Said, uri: str, sender: str, receiver: str, more: list[tuple[str, str]]) -> bytes:
    heard = said.heard
    kind, body = bodies.rebuilt(heard.method, heard.one("content-type"), heard.body)
    made = _beginning(said, sender, receiver)
    if heard.method in {"INVITE", "UPDATE"} or heard.one("contact"):
        made.append(("Contact", _contact(heard, said.doorway)))
    made += [pair for pair in carried(heard) if pair[0] != "Expires"]
    made += more
    if kind:
        made.append(("Content-Type", kind))
    return write(f"{heard.method} {uri} SIP/2.0", made, body)


__all__ = ["Said", "ack", "cancel", "in_dialog", "invite", "register"]
