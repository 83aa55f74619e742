"""What changes nothing for an engine: on which PBX it is."""

import pytest

from lab.asterisk import AsteriskLab
from lab.freeswitch import FreeSwitchLab

LABS: dict[str, type[AsteriskLab] | type[FreeSwitchLab]] = {"asterisk": AsteriskLab, "freeswitch": FreeSwitchLab}


@pytest.fixture(params=["asterisk", pytest.param("freeswitch", marks=pytest.mark.freeswitch)])
def lab_of(request: pytest.FixtureRequest) -> type[AsteriskLab] | type[FreeSwitchLab]:
    """The class of a private PBX; FreeSWITCH only when asked for (``-m freeswitch``)."""
    return LABS[request.param]
