"""Cross-checks of ``[adapters]``: what its tables refer to exists, and each file has one writer."""

from cordpair.config.adapters import Callcenter
from cordpair.config.model import Config
from cordpair.config.problems import Problems


def check_adapters(config: Config, problems: Problems) -> None:
    if config.adapters.callcenter is not None:
        _callcenter(config, config.adapters.callcenter, problems)


def _callcenter(config: Config, wanted: Callcenter, problems: Problems) -> None:
    path = ("adapters", "callcenter")
    for number, queue in enumerate(wanted.queues):
        if queue not in config.queues:
            near = problems.nearest(queue, config.queues)
            problems.error((*path, "queues", number), f"there is no queue {queue!r}{near}")
    taken = {
        config.store.path: "the store",
        config.journal.path: "the journal",
        config.queue_log.file: "queue_log.file",
        config.queue_log.table: "queue_log.table",
    }
    if wanted.report == "":
        problems.error((*path, "report"), "is empty; leave the key out for none")
    elif wanted.report is not None and wanted.report in taken:
        problems.error((*path, "report"), f"is {taken[wanted.report]} already")


__all__ = ["check_adapters"]
