"""API functions of FreeSWITCH about one leg, and what their replies mean."""

from cordpair.ids import LegId
from cordpair.pbx import LegGone, PbxError, Refused
from cordpair_freeswitch.client import Client
from cordpair_freeswitch.esl import NotCarried, commands
from cordpair_freeswitch.legs import CallLegs

AT_ONCE = 50  # uuid_setvar_multi takes 64
_GONE = ("No such channel", "invalid session id", "Invalid uuid", "Cannot locate session", "No such session")


def refusal(what: str, reply: str) -> PbxError:
    """The error that a reply means. ``what`` names the command; it holds ids, never personal data."""
    first = reply.strip().partition("\n")[0][:200]
    text = f"{what}: {first}"
    return LegGone(text) if any(word in reply for word in _GONE) else Refused(text)


def is_gone(reply: str) -> bool:
    return any(word in reply for word in _GONE)


class Api:
    """The commands of one link."""

    def __init__(self, client: Client, legs: CallLegs) -> None:
        self._client, self._legs = client, legs

    async def ask(self, what: str, function: str, *arguments: str) -> str:
        """The result, whatever it says."""
        about = arguments[0] if arguments else ""  # a leg's id comes first everywhere
        return await self._client.send(_built(what, commands.api, function, *arguments), what, about)

    async def call(self, what: str, function: str, *arguments: str) -> str:
        """The result. Raises LegGone or Refused for an error."""
        reply = await self.ask(what, function, *arguments)
        if reply.startswith(("-ERR", "-USAGE")):  # also "-ERROR"
            raise refusal(what, reply)
        return reply

    async def leg(self, what: str, function: str, leg: LegId, *arguments: str) -> str:
        """About a leg of ours; no other is ever touched."""
        what = f"{what} {leg}"
        self._must_live(what, leg)
        try:
            return await self.call(what, function, word(leg), *arguments)
        except Refused:
            self._must_live(what, leg)  # what fails because the leg has ended meanwhile says so in many ways
            raise

    def _must_live(self, what: str, leg: LegId) -> None:
        if leg not in self._legs:
            raise LegGone(f"{what}: it is gone")

    async def execute(
        self, what: str, leg: LegId, application: str, argument: str = "", *, run: str = "", lock: bool = False
    ) -> None:
        """Run a dialplan application on the leg, after those that were asked for before."""
        what = f"{what} {leg}"
        self._must_live(what, leg)
        try:
            command = commands.execute(leg, application, argument, event_uuid=run, lock=lock)
        except NotCarried as error:
            raise Refused(f"{what}: FreeSWITCH cannot be given {error}") from None
        reply = await self._client.send(command, what, leg)
        if not reply.startswith("+OK"):
            raise refusal(what, reply)

    async def set(self, what: str, leg: LegId, variables: dict[str, str]) -> None:
        """Set variables of a leg. Raises LegGone, and Refused for what cannot be carried: then none is set.

        Several go in one command: FreeSWITCH reads commands byte by byte, with two system calls for each.
        """
        names = list(variables)
        parts = [names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE)]
        try:
            lists = [commands.pairs({name: variables[name] for name in part}) for part in parts]
            single = [(commands.name(name), commands.quoted(variables[name])) for name in names[:1]]
        except NotCarried as error:
            raise Refused(f"{what} {leg}: FreeSWITCH cannot be given {error}") from None
        if len(names) == 1:
            await self.leg(what, "uuid_setvar", leg, *single[0])
            return
        for pairs in lists:
            await self.leg(what, "uuid_setvar_multi", leg, pairs)

    async def exists(self, leg: LegId) -> bool:
        return (await self.ask(f"look for {leg}", "uuid_exists", word(leg))) == "true"

    async def background(self, what: str, job: str, function: str, *arguments: str, about: str = "") -> None:
        """Have something done, to a leg, that takes a while; its end comes as a BACKGROUND_JOB event of this job."""
        reply = await self._client.send(_built(what, commands.bgapi, job, function, *arguments), what, about)
        if not reply.startswith("+OK"):
            raise refusal(what, reply)

    async def tell(self, what: str, subclass: str, headers: dict[str, str]) -> None:
        """Fire an event, for other engines."""
        await self._client.send(commands.send_event(subclass, headers), what)


def word(value: str) -> str:
    """An id as an argument. Raises LegGone: what cannot be an id of FreeSWITCH's is none."""
    try:
        return commands.word(value, "an id")
    except NotCarried:
        raise LegGone("there is no such id") from None


def _built(what: str, build: object, *arguments: str) -> bytes:
    assert callable(build)
    try:
        built: bytes = build(*arguments)
    except NotCarried as error:
        raise Refused(f"{what}: FreeSWITCH cannot be given {error}") from None
    return built


__all__ = ["Api", "is_gone", "refusal", "word"]
