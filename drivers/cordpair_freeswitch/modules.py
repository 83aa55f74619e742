"""The modules of FreeSWITCH that the driver needs, and what fails without each: see ``dialplans/freeswitch``."""

from cordpair.pbx import Level

# (what fails, how bad, the modules); ``tests/freeswitch_driver`` compares it with the modules.conf.xml that is shipped.
NEEDED: tuple[tuple[str, Level, tuple[str, ...]], ...] = (
    ("no call can be controlled", Level.ERROR, ("mod_commands", "mod_dptools")),
    ("phones and trunks cannot call", Level.ERROR, ("mod_sofia",)),
    ("the shipped dialplan does not run", Level.ERROR, ("mod_dialplan_xml",)),
    ("three parties cannot be joined", Level.ERROR, ("mod_conference",)),
    ("those who wait hear silence", Level.ERROR, ("mod_local_stream",)),
    ("nothing can be recorded, and no .wav file can be played", Level.ERROR, ("mod_sndfile",)),
    ("the fallback's tone is not played", Level.WARNING, ("mod_tone_stream",)),
    ("files made for one codec cannot be played", Level.WARNING, ("mod_native_file",)),
    ("browsers and newer phones get an older, narrower codec", Level.WARNING, ("mod_opus",)),
)
# Only where agents' phones are browsers.
FOR_BROWSERS = ("agents' browsers have no phones", Level.ERROR, ("mod_hash", "mod_lua"))

__all__ = ["FOR_BROWSERS", "NEEDED"]
