"""The centre that ``cordpair run`` shows: three queues, six agents of mixed skills, callers who keep dialling.

Beside them a shop with a Get Help button, and two agents in browsers: for people, who are not simulated.
"""

import os
from pathlib import Path
from string import Template

from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId

NODE = NodeId("demo")
FILE = "cordpair.toml"
SHOP = "shop"  # the portal
DESKS = ("mia", "noah")  # agents in browsers
CALLERS_PER_MINUTE = 24.0
SEED = 1
DIALLED = ("4711", "4711", "4712", "4721", "4722", "4731")  # some numbers are dialled more often

# People: phones ring at once and are taken after a while; conversations and patience differ.
PEOPLE = "seats=101-106&sign_in=011,033&ring_ms=150-600&answer_ms=600-3500&talk_ms=4000-20000&patience_ms=12000-75000"

TEXT = """\
# The demonstration centre of `cordpair run`. Copy it to begin one of your own: `cordpair check FILE` tells what is
# wrong with it, `cordpair serve FILE` runs it. Every key is explained in cordpair.example.toml.

[pbx.demo]
url = "loopback://"

[http]
listen = "$listen"

# Where browsers reach it. Microphones work on https:, and on this machine without.
[gateway]
url = "$url"

[portals.shop]
origins = ["$url"]
media = ["audio", "video"]

[portals.shop.pages]
"/*" = { queue = "shop" }

[skills]
german = "speaks German"
english = "speaks English"
technical = "can take a machine apart"
invoices = "reads invoices"
video = "has a camera"

[reasons.break]
digit = "1"

[queues.sales]
wrap_up = "3s"
max_wait = "2m"

[queues.support]
strategy = "best_skill"
wrap_up = "4s"
steps = [
  { levels = { technical = 7 } },
  { after = "15s", levels = { technical = 4 } },
]
exit_keys = { "0" = { queue = "sales" } }

[queues.billing]
strategy = "fewest_calls"
wrap_up = "2s"
head_start = "10s"
steps = [{ levels = { invoices = 5 } }, { after = "20s" }]

# Customers of the shop, who talk to agents in browsers. The embedded PBX has sound between browsers only, so nobody
# who is simulated comes here.
[queues.shop]
wrap_up = "30s"
dispositions = ["solved", "call back", "no answer to it"]

[services.sales-german]
dialled = ["4711"]
queue = "sales"
steps = [{ levels = { german = 6 } }, { after = "20s", levels = { german = 3 } }]

[services.sales-english]
dialled = ["4712"]
queue = "sales"
steps = [{ levels = { english = 6 } }, { after = "20s", levels = { english = 3 } }]

[services.support-german]
dialled = ["4721"]
queue = "support"
steps = [
  { levels = { technical = 7, german = 4 } },
  { after = "15s", levels = { technical = 4, german = 4 } },
]

[services.support-english]
dialled = ["4722"]
queue = "support"
steps = [
  { levels = { technical = 7, english = 4 } },
  { after = "15s", levels = { technical = 4, english = 4 } },
]

[services.billing]
dialled = ["4731"]
queue = "billing"

[seats.101]
endpoint = "101"

[seats.102]
endpoint = "102"

[seats.103]
endpoint = "103"

[seats.104]
endpoint = "104"

[seats.105]
endpoint = "105"

[seats.106]
endpoint = "106"

[agents.anna]
seat = "101"
skills = { german = 9, english = 5 }
queues = { sales = {} }

[agents.ben]
seat = "102"
skills = { english = 9, german = 3, invoices = 4 }
queues = { sales = {}, billing = { tier = 2 } }

[agents.carla]
seat = "103"
skills = { german = 7, invoices = 8 }
queues = { billing = {}, sales = { tier = 2 } }

[agents.deniz]
seat = "104"
skills = { german = 8, technical = 9 }
queues = { support = {} }

[agents.emma]
seat = "105"
skills = { english = 8, technical = 7, german = 4 }
queues = { support = {} }

[agents.farid]
seat = "106"
skills = { german = 6, english = 6, technical = 5, invoices = 5 }
queues = { sales = {}, support = {}, billing = {} }

[seats.desk-1]
endpoint = "mia"
browser = true

[seats.desk-2]
endpoint = "noah"
browser = true

[agents.mia]
shown_as = "Mia"
seat = "desk-1"
skills = { german = 9, english = 9, video = 5 }
queues = { shop = {} }

[agents.noah]
shown_as = "Noah"
seat = "desk-2"
skills = { english = 9, video = 5 }
queues = { shop = {} }
"""


def directory() -> Path:
    """Where the demonstration keeps its files: of this user, outside of any project."""
    state = os.environ.get("XDG_STATE_HOME")
    base = Path(state) if state else Path.home() / ".local" / "state"
    return base / "cordpair" / "demo"


def pbx_url(callers_per_minute: float, seed: int) -> str:
    """The embedded PBX with people in it."""
    return f"loopback://?{PEOPLE}&dialled={','.join(DIALLED)}&callers_per_minute={callers_per_minute:g}&seed={seed}"


def prepare(place: Path, url: str) -> Path:
    """The configuration file, in a directory that is ours alone: callers' numbers will be in it too. ``url``: where
    the demonstration listens."""
    file = place / FILE
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = Template(TEXT).substitute(url=url, listen=url.removeprefix("http://"))
        file.write_text(written, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be written: {error.strerror}. Choose a --directory.") from error
    return file


__all__ = ["CALLERS_PER_MINUTE", "DESKS", "FILE", "NODE", "SEED", "SHOP", "TEXT", "directory", "pbx_url", "prepare"]
