"""The kinds of values that ``cordpair.toml`` is made of; what each pattern means in words stands in ``read``."""

from typing import Annotated

import msgspec
from msgspec import Meta, inspect

DAY_MS = 86_400_000

Duration = Annotated[int, Meta(ge=0, le=366 * DAY_MS, extra={"kind": "duration"})]
Offset = Annotated[int, Meta(ge=-DAY_MS, le=DAY_MS, extra={"kind": "duration"})]  # a duration that may be negative
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}$")]
CellName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Word = Annotated[str, Meta(pattern=r"^\S{1,128}$")]
URL = r"^\S{1,1024}$"
Url = Annotated[str, Meta(pattern=URL)]
ADDRESS = r"^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$"
REGISTRAR = ADDRESS.removesuffix("$") + r"(;transport=(udp|tcp|tls))?$"
ORIGIN = r"^https?://[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?$"
PAGE = r"^/[!-)+-~]{0,255}\*?$"
SOCKET = r"^wss?://[^\s/]{1,255}(/\S{0,255})?$"
POP = r"^https?://\S{1,1016}$"
NETWORK = r"^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$"
Address = Annotated[str, Meta(pattern=ADDRESS)]
Registrar = Annotated[str, Meta(pattern=REGISTRAR)]
Trunk = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Origin = Annotated[str, Meta(pattern=ORIGIN)]
Page = Annotated[str, Meta(pattern=PAGE)]
Text = Annotated[str, Meta(max_length=256)]
Code = Annotated[str, Meta(pattern=r"^[0-9*#]{1,16}$")]
Key = Annotated[str, Meta(pattern=r"^[0-9*#]$")]
Level = Annotated[int, Meta(ge=1, le=10)]

# Names of entries of a section, for the forms that are made from the model; that they exist is looked at in ``check``.
PbxName = Annotated[Name, Meta(extra={"reference": "pbx"})]
QueueName = Annotated[Name, Meta(extra={"reference": "queues"})]
SeatName = Annotated[Name, Meta(extra={"reference": "seats"})]
ServiceName = Annotated[Name, Meta(extra={"reference": "services"})]
SkillName = Annotated[Name, Meta(extra={"reference": "skills"})]
AgentName = Annotated[Name, Meta(extra={"reference": "agents"})]
Prompt = Annotated[Text, Meta(extra={"suggestions": "prompts"})]  # or what the PBX calls it


class Secret(msgspec.Struct, frozen=True):
    """Where a secret is: never the secret itself."""

    env: Text | None = None
    file: Text | None = None


def is_duration(info: inspect.Metadata) -> bool:
    """Whether it is in ms here and ``"90s"`` in the file. What else is said of a kind is for forms."""
    return (info.extra or {}).get("kind") == "duration"


__all__ = [
    "ADDRESS",
    "DAY_MS",
    "NETWORK",
    "ORIGIN",
    "PAGE",
    "POP",
    "REGISTRAR",
    "SOCKET",
    "URL",
    "Address",
    "AgentName",
    "CellName",
    "Code",
    "Duration",
    "Key",
    "Level",
    "Name",
    "Offset",
    "Origin",
    "Page",
    "PbxName",
    "Prompt",
    "QueueName",
    "Registrar",
    "SeatName",
    "Secret",
    "ServiceName",
    "SkillName",
    "Text",
    "Trunk",
    "Url",
    "Word",
    "is_duration",
]
