"""The modules of Asterisk that the driver needs, and what fails without each: see ``dialplans/asterisk``."""

from cordpair.pbx import Level

# (what fails, how bad, the modules); ``tests/asterisk`` compares it with the modules.conf that is shipped.
NEEDED: tuple[tuple[str, Level, tuple[str, ...]], ...] = (
    (
        "no call can be controlled",
        Level.ERROR,
        (
            "res_http_websocket",
            "res_stasis",
            "res_stasis_answer",
            "app_stasis",
            "res_ari",
            "res_ari_model",
            "res_ari_events",
            "res_ari_applications",
            "res_ari_channels",
            "res_ari_bridges",
            "res_ari_asterisk",
        ),
    ),
    ("prompts are not played", Level.ERROR, ("res_stasis_playback", "res_ari_playbacks")),
    ("nothing can be recorded", Level.ERROR, ("res_stasis_recording", "res_ari_recordings", "format_wav")),
    ("supervisors cannot listen in", Level.ERROR, ("res_stasis_snoop",)),
    (
        "no agent is rung: the engine does not see whether a phone is there",
        Level.ERROR,
        ("res_stasis_device_state", "res_ari_device_states"),
    ),
    ("those who wait hear silence", Level.ERROR, ("res_musiconhold",)),
    ("two parties cannot be joined", Level.ERROR, ("bridge_simple",)),
    ("three parties, recording and listening in fail", Level.ERROR, ("bridge_softmix",)),
    ("those who wait cannot be held", Level.ERROR, ("bridge_holding",)),
    ("nothing can be played to or recorded from a bridge", Level.ERROR, ("chan_bridge_media",)),
    ("audio between phones is copied packet by packet: more CPU", Level.WARNING, ("bridge_native_rtp",)),
    ("calls have no audio", Level.ERROR, ("res_rtp_asterisk", "res_pjsip_sdp_rtp")),
    (
        "phones and trunks cannot call",
        Level.ERROR,
        ("res_pjproject", "res_pjsip", "res_pjsip_session", "chan_pjsip"),
    ),
    (
        "phones cannot register",
        Level.ERROR,
        ("res_pjsip_registrar", "res_pjsip_authenticator_digest", "res_pjsip_endpoint_identifier_user"),
    ),
    ("a trunk is not known by its address", Level.WARNING, ("res_pjsip_endpoint_identifier_ip",)),
    ("callers' numbers are not shown", Level.WARNING, ("res_pjsip_caller_id",)),
    ("callers' numbers are not read from Remote-Party-ID (caller_id_from)", Level.WARNING, ("func_cut",)),
    ("phones show missed calls that somebody else answered", Level.WARNING, ("res_pjsip_rfc3326",)),
    ("the context of a web visitor is lost", Level.WARNING, ("res_pjsip_header_funcs",)),
    ("phones behind NAT have one-way audio", Level.WARNING, ("res_pjsip_nat",)),
    ("keys sent by SIP INFO are not heard", Level.WARNING, ("res_pjsip_dtmf_info",)),
    (
        "the shipped dialplan does not run",
        Level.ERROR,
        ("pbx_config", "func_channel", "func_callerid", "func_strings"),
    ),
    ("the fallback's announcement is not played", Level.WARNING, ("app_playback",)),
    ("phones and trunks with G.711 have no audio", Level.ERROR, ("codec_alaw", "codec_ulaw")),
    ("files of other formats and rates cannot be played", Level.WARNING, ("codec_resample", "format_pcm")),
)

__all__ = ["NEEDED"]
