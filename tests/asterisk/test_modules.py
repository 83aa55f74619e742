"""What the doctor asks for is what is shipped."""

import re
from pathlib import Path

from cordpair_asterisk.modules import NEEDED

SHIPPED = Path(__file__).parents[2] / "dialplans/asterisk/modules.conf"
# Loaded for an operator's convenience, or only so that another one loads: nothing of ours fails without them.
NOT_ASKED_FOR = {
    "codec_a_mu", "codec_g722", "codec_gsm", "format_gsm", "format_sln", "res_pjsip_acl", "res_pjsip_logger",
    "res_pjsip_pubsub", "res_sorcery_astdb", "res_sorcery_config", "res_sorcery_memory", "res_timing_timerfd",
    "res_websocket_client",
}  # fmt: skip


def test_every_module_that_is_shipped_is_asked_for_or_left_out_on_purpose() -> None:
    shipped = set(re.findall(r"^load = (\w+)\.so", SHIPPED.read_text(encoding="utf-8"), re.MULTILINE))
    asked = [name for _, _, modules in NEEDED for name in modules]
    assert len(asked) == len(set(asked))
    assert set(asked) | NOT_ASKED_FOR == shipped
