"""Cross-checks of ``[adapters]``: what its tables refer to exists, and each file has one writer."""

import ipaddress

from cordpair.config.adapters import Callcenter, CallUrl, Cti
from cordpair.config.model import Config
from cordpair.config.problems import Problems, quote

# Paths of the API and of the pages.
TAKEN = ("/v1/", "/web/", "/desk", "/office", "/shop", "/callcenter", "/healthz", "/readyz", "/metrics")


def check_adapters(config: Config, problems: Problems) -> None:
    if config.adapters.callcenter is not None:
        _callcenter(config, config.adapters.callcenter, problems)
    if config.adapters.cti is not None:
        _cti(config, config.adapters.cti, problems)
    if config.adapters.call_url is not None:
        _call_url(config, config.adapters.call_url, problems)


def _callcenter(config: Config, wanted: Callcenter, problems: Problems) -> None:
    path = ("adapters", "callcenter")
    if wanted.pause_reason and config.reasons and wanted.pause_reason not in config.reasons:
        near = problems.nearest(wanted.pause_reason, config.reasons)
        problems.error((*path, "pause_reason"), f"there is no reason {quote(wanted.pause_reason)}{near}")
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


def _cti(config: Config, wanted: Cti, problems: Problems) -> None:
    path = ("adapters", "cti")
    if (wanted.certificate is None) != (wanted.certificate_key is None):
        missing = "certificate" if wanted.certificate is None else "certificate_key"
        problems.error((*path, missing), "is missing: a certificate and its key go together")
    elif wanted.certificate is None and not _only_here(wanted.listen):
        problems.error(
            (*path, "certificate"),
            "is missing: the protocol's passwords are hashed in a way that hides nothing, so other machines reach it "
            "over TLS only",
        )
    if config.reasons and wanted.pause_reason not in config.reasons:
        near = problems.nearest(wanted.pause_reason, config.reasons)
        problems.error((*path, "pause_reason"), f"there is no reason {quote(wanted.pause_reason)}{near}")
    for mac, seat in wanted.macs.items():
        if seat not in config.seats:
            near = problems.nearest(seat, config.seats)
            problems.error((*path, "macs", mac), f"there is no seat {quote(seat)}{near}")


def _call_url(config: Config, wanted: CallUrl, problems: Problems) -> None:
    path = ("adapters", "call_url")
    if config.calls.queue is None:
        problems.error(("calls", "queue"), "is missing: adapters.call_url places calls, which must count somewhere")
    if wanted.path.startswith(TAKEN):
        problems.error((*path, "path"), f"begins as ours do: {', '.join(TAKEN)}")
    for number, network in enumerate(wanted.networks):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            problems.error((*path, "networks", number), f"is no network: {error}")


def _only_here(listen: str) -> bool:
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


__all__ = ["check_adapters"]
