"""Coverage-guided fuzzing of the Event Socket's parser and commands; no part of a test run, which has Hypothesis.

pip install atheris
PYTHONPATH=tests python -m freeswitch_driver.fuzz parser corpus/ -max_total_time=600
PYTHONPATH=tests python -m freeswitch_driver.fuzz commands corpus/ -max_total_time=600

The corpus is begun with the recorded streams (parser) and the values of test_commands.py (commands).
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cordpair_freeswitch.esl"]):
    from cordpair_freeswitch.esl import (
        EVENT_JSON,
        EVENT_PLAIN,
        Event,
        Frame,
        Framer,
        LostFraming,
        NotCarried,
        commands,
        decode,
    )

from freeswitch_driver import recorded
from freeswitch_driver import switch_strings as switch

LEG = "5b1c2d7e-0000-4000-8000-0242ac110002"


def frames_of(pieces: list[bytes]) -> tuple[list[Frame], bool]:
    """What was framed, and whether the framing was lost after it."""
    framer, frames = Framer(), list[Frame]()
    try:
        for piece in pieces:
            frames += framer.feed(piece)
    except LostFraming:
        return frames, True
    return frames, False


def parser(data: bytes) -> None:
    size = 1 + (data[0] if data else 0)
    stream = data[1:]
    whole = frames_of([stream])
    assert whole == frames_of([stream[at : at + size] for at in range(0, len(stream), size)])
    for frame in whole[0]:
        assert isinstance(frame.reply, str)
        with suppress(LostFraming):
            assert isinstance(decode(frame), Event)
    for kind in (EVENT_JSON, EVENT_PLAIN):
        with suppress(LostFraming):
            assert isinstance(decode(Frame(kind, {}, stream)), Event)


def commands_of(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    first = provider.ConsumeUnicode(24)
    second = provider.ConsumeUnicode(sys.maxsize)
    with suppress(NotCarried):
        setvar = commands.api("uuid_setvar", LEG, commands.name(first[:8] or "x"), commands.quoted(second))
        function, argument = switch.api(setvar)
        assert (function, switch.setvar(argument)) == ("uuid_setvar", (LEG, first[:8] or "x", second))
    with suppress(NotCarried):
        variables = {"a": first, "b": second, "c": "last"}
        function, argument = switch.api(commands.api("uuid_setvar_multi", LEG, commands.pairs(variables)))
        assert (function, switch.setvars(argument)) == ("uuid_setvar_multi", (LEG, variables))
    with suppress(NotCarried):
        variables = {"a": first, "b": second, "c": "last"}
        originate = commands.bgapi("job", "originate", commands.braces(variables) + "user/1@a", "&park()")
        function, argument = switch.api(originate)
        expected = {name: value for name, value in variables.items() if value}
        assert (function, switch.originate(argument)) == ("originate", (expected, "user/1@a", "&park()"))
    with suppress(NotCarried):
        (packet,) = switch.read_packets(commands.execute(commands.word(first, "leg"), "playback", second))
        assert (packet.command, packet.body or "") == (f"sendmsg {first}", second)
    with suppress(NotCarried):
        sent = commands.encode("sendevent CUSTOM", {first: second, "x": first}, second) + b"api after\n\n"
        assert [packet.command for packet in switch.read_packets(sent)] == ["sendevent CUSTOM", "api after"]


def begin(corpus: Path, which: str) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    if which == "parser":
        for number, stream in enumerate(recorded.streams().values()):
            (corpus / f"stream-{number}").write_bytes(b"\x10" + stream[:6_000])
    else:
        for number, value in enumerate(("a b", "it's", "x\n\napi y\n\n", ":_:", "}{", "${x}", "\\', =", "^^:a")):
            (corpus / f"value-{number}").write_bytes(b"\x01" + value.encode())


def main() -> None:
    which = sys.argv.pop(1)
    if len(sys.argv) > 1:
        begin(Path(sys.argv[1]), which)
    targets: dict[str, Callable[[bytes], None]] = {"parser": parser, "commands": commands_of}
    atheris.Setup(sys.argv, targets[which])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
