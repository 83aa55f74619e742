"""``cordpair import``: other systems' configurations as ours, with a list of what did not fit."""

from cordpair.cli.importing.callcenter import import_callcenter
from cordpair.cli.importing.command import app
from cordpair.cli.importing.draft import Draft, Note
from cordpair.cli.importing.queues_conf import import_queues

__all__ = ["Draft", "Note", "app", "import_callcenter", "import_queues"]
