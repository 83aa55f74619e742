"""What the doctor hears of a FreeSWITCH on its own telephone: audio, recordings, music and prompts."""

from collections.abc import AsyncIterator, Sequence

from cordpair.pbx import CommandTimedOut, Finding, LinkLost, PbxError
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_freeswitch.bridging import PROFILE
from cordpair_freeswitch.playing import SOUND
from cordpair_freeswitch.trial import LISTEN_AGAIN_S, LISTEN_S, TONE, Played, Trial

STREAM = "local_stream://"


async def audio(trial: Trial) -> AsyncIterator[Finding]:
    """A tone needs no file: what is not heard then is the way's doing."""
    if await trial.play(TONE) is Played.HEARD:
        yield good("audio", "FreeSWITCH called this machine, and a tone was heard")
        return
    what = "FreeSWITCH called this machine, but a tone it played was not heard"
    why = "phones may hear nothing, too; music and prompts cannot be told from silence below"
    mend = "look at rtp-ip and ext-rtp-ip of the profile, at mod_tone_stream, and let UDP pass from the PBX to here"
    yield warning("audio", what, why, mend)


async def conference(trial: Trial) -> AsyncIterator[Finding]:
    profile = await trial.confers()
    if profile == PROFILE or (profile is not None and profile.startswith("-")):  # it may not say
        yield good("conference", "a leg was put into one and out again")
        return
    what = f"there is no conference profile `{PROFILE}`" if profile else "no leg could be put into one"
    why = "three parties cannot talk to each other, or hear beeps, announcements and cut words"
    mend = "copy the profile `cordpair` from dialplans/freeswitch/autoload_configs/conference.conf.xml, `reloadxml`"
    yield error("conference", what, why, mend)


async def recording(trial: Trial, directory: str) -> AsyncIterator[Finding]:
    mend = f"let the user that FreeSWITCH runs as write to {directory or 'recordings_dir'}, and make room on its disk"
    try:
        played = await trial.record_tone(directory)
    except (LinkLost, CommandTimedOut):
        raise
    except PbxError as refused:
        yield error("recording", f"cannot be started: {refused}", "no conversation can be recorded", mend)
        return
    if played is Played.MISSING:
        what = "was started, but there is no file that could be played"
        yield error("recording", what, "conversations are recorded to nothing, and FreeSWITCH says all is well", mend)
    elif played is Played.SILENT:
        what = "a file is written, but the tone played for it is not in it"
        yield error("recording", what, "recordings are silent, or their disk is full", mend)
    else:
        yield good("recording", f"a second was recorded in {directory}, listened to and deleted")
    for path in await trial.delete_recordings():
        yield warning("recording", f"{path} could not be deleted", "it is a second of tone", "delete it by hand")


async def music(trial: Trial, names: Sequence[str]) -> AsyncIterator[Finding]:
    for name in names:
        played = await trial.play(STREAM + name, LISTEN_S, LISTEN_AGAIN_S)
        mend = f"`show_local_stream` on the PBX; put .wav files into the folder of stream {name}, restart FreeSWITCH"
        if played is Played.HEARD:
            known = "" if name == "default" else "; it may be default's: that stands in for a stream FreeSWITCH lacks"
            yield good("music", f"{name}: heard{known}")
        elif played is Played.MISSING:
            yield error("music", f"{name}: there is no such local_stream", "those who wait hear silence", mend)
        else:
            what = f"{name}: silence; there is no file in its folder, and FreeSWITCH reports success"
            yield error("music", what, "those who wait hear nothing, think the line is dead and hang up", mend)


async def prompts(trial: Trial, media: Sequence[str]) -> AsyncIterator[Finding]:
    """Not played to their ends; silence at the beginning of one is no fault."""
    missing = [each for each in media if await _missing(trial, each)]
    for each in missing:
        why = "callers or agents hear nothing where it is configured"
        mend = "put the file where FreeSWITCH's sound_prefix points to, or correct [prompts]"
        yield error("prompts", f"{each}: cannot be played", why, mend)
    if media and not missing:
        yield good("prompts", f"{len(media)} configured, all can be played")


async def _missing(trial: Trial, media: str) -> bool:
    try:
        return await trial.play(media.removeprefix(SOUND)) is Played.MISSING
    except (LinkLost, CommandTimedOut):
        raise
    except PbxError:
        return True


__all__ = ["audio", "conference", "music", "prompts", "recording"]
