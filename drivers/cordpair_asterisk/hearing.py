"""What the doctor hears of an Asterisk: recordings, music and prompts."""

from collections.abc import AsyncIterator, Sequence

from cordpair.pbx import CommandTimedOut, Finding, LinkLost, PbxError
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_asterisk.trial import Trial


async def recording(trial: Trial) -> AsyncIterator[Finding]:
    try:
        heard = await trial.record_tone()
    except LinkLost:
        raise
    except PbxError as refused:
        mend = "make recording/ in Asterisk's spool directory (`core show settings`), owner asterisk"
        yield error("recording", f"cannot be started: {refused}", "no conversation can be recorded", mend)
        return
    if heard.ended == "failed" or not heard.whole:
        what = "was started, but what is in the file is no whole recording"
        why = "conversations are recorded to nothing, and Asterisk says that all is well"
        mend = "make room on the disk of Asterisk's spool directory, and look at its owner and quota"
        yield error("recording", what, why, mend)
    elif not heard.peak:
        what = "a file is written, but the tone played for it is not in it"
        why = "recordings, or prompts in bridges, may be silent"
        yield warning("recording", what, why, "look at Asterisk's log, and at indications.conf for the tone")
    else:
        yield good("recording", "a second was recorded, listened to and deleted")


async def music(trial: Trial, names: Sequence[str]) -> AsyncIterator[Finding]:
    for name in names:
        try:
            heard = await trial.record_music(name)
        except (LinkLost, CommandTimedOut):
            raise
        except PbxError as refused:
            what = f"{name}: could not be listened to, since nothing can be recorded ({refused})"
            why = "without a file those who wait hear silence"
            yield warning("music", what, why, "mend the recording first, then ask again")
            continue
        if heard.peak:
            known = "" if name == "default" else "; it may be default's: that stands in for a class Asterisk lacks"
            yield good("music", f"{name}: heard{known}")
        else:
            what = f"{name}: silence; Asterisk has no such class or no file in it, and reports success"
            why = "those who wait hear nothing, think the line is dead and hang up"
            mend = f"`moh show files` on the PBX; put a file into the directory of class {name}, `moh reload`"
            yield error("music", what, why, mend)


async def prompts(trial: Trial, media: Sequence[str]) -> AsyncIterator[Finding]:
    missing = [each for each in media if not await trial.plays(each)]
    for each in missing:
        why = "callers or agents hear nothing where it is configured"
        mend = "put the file into the sounds directory of Asterisk's data directory, or correct [prompts]"
        yield error("prompts", f"{each}: cannot be played", why, mend)
    if media and not missing:
        yield good("prompts", f"{len(media)} configured, all can be played")


__all__ = ["music", "prompts", "recording"]
