"""The calls of one connection, as the door follows them: which messages may still be said in each."""

from collections import OrderedDict
from dataclasses import dataclass, field

from cordpair.sip import trusted
from cordpair.sip.reasons import Reason, Refused
from cordpair.sip.trusted import Told

# A browser has a few calls; a PBX that opens more than this is followed with its newest.
DIALOGS = 64
TRANSACTIONS = 128
FORKS = 8
INVITES = 8


@dataclass(slots=True)
class Sent:
    """An INVITE of the browser's."""

    branch: str
    uri: str
    sender: str
    receiver: str
    final: int = 0


@dataclass(slots=True)
class Dialog:
    call_id: str
    ours: bool  # the browser's INVITE opened it
    local: str  # the browser's end: From or To, as the PBX knows it, without the tag
    local_tag: str
    remote: str
    remote_tags: list[str] = field(default_factory=list)
    target: str = ""  # where requests go: the PBX's Contact
    sent: OrderedDict[int, Sent] = field(default_factory=OrderedDict)  # by CSeq
    answered: bool = False
    over: bool = False

    def remember(self, number: int, sent: Sent) -> None:
        self.sent[number] = sent
        if len(self.sent) > INVITES:
            self.sent.popitem(last=False)

    def heard(self, told: Told) -> None:
        """A response to an INVITE of the browser's."""
        sent = self.sent.get(told.number)
        tag = trusted.tag(told.receiver)
        if sent is None or sent.branch != told.branch:
            return
        if tag and tag not in self.remote_tags and len(self.remote_tags) < FORKS:
            self.remote_tags.append(tag)
        if told.contact and told.status < 300:
            self.target = told.contact
        if told.status >= 200:
            sent.final = told.status
            self.answered = self.answered or told.status < 300
            self.over = self.over or not self.answered


@dataclass(slots=True)
class Asked:
    """A request of the PBX's that the browser may answer."""

    told: Told
    dialog: Dialog | None


class Dialogs:
    def __init__(self) -> None:
        self._dialogs: OrderedDict[str, Dialog] = OrderedDict()
        self._asked: OrderedDict[tuple[str, str], Asked] = OrderedDict()

    # ------------------------------------------------------------ the browser's

    def open(self, dialog: Dialog) -> None:
        self._dialogs[dialog.call_id] = dialog
        while len(self._dialogs) > DIALOGS:
            over = next((key for key, each in self._dialogs.items() if each.over), next(iter(self._dialogs)))
            del self._dialogs[over]

    def get(self, call_id: str) -> Dialog | None:
        return self._dialogs.get(call_id)

    def alive(self) -> int:
        """Calls that the browser opened and nobody has ended."""
        return sum(dialog.ours and not dialog.over for dialog in self._dialogs.values())

    def talking(self) -> bool:
        """Whether a call is up."""
        return any(dialog.answered and not dialog.over for dialog in self._dialogs.values())

    def asked(self, branch: str, method: str) -> Asked:
        """A 200 to CANCEL has the INVITE's branch: both are needed. Raises Refused."""
        found = self._asked.get((branch, method))
        if found is None:
            raise Refused(Reason.TRANSACTION)
        return found

    # ------------------------------------------------------------ the PBX's

    def follow(self, told: Told) -> None:
        dialog = self._dialogs.get(told.call_id)
        if told.status:
            if dialog is not None and told.method == "INVITE":
                dialog.heard(told)
            return
        if told.method == "INVITE" and not trusted.tag(told.receiver):
            dialog = _opened(told)
            self.open(dialog)
        elif dialog is not None and told.method in {"INVITE", "UPDATE"} and told.contact:
            dialog.target = told.contact
        elif dialog is not None and told.method == "BYE":
            dialog.over = True
        if told.method != "ACK":
            self._asked[told.branch, told.method] = Asked(told, dialog)
            if len(self._asked) > TRANSACTIONS:
                self._asked.popitem(last=False)


def _opened(told: Told) -> Dialog:
    tag = trusted.tag(told.sender)
    return Dialog(
        told.call_id,
        False,
        trusted.untagged(told.receiver),
        "",
        trusted.untagged(told.sender),
        [tag] if tag else [],
        told.contact,
    )


__all__ = ["Asked", "Dialog", "Dialogs", "Sent"]
