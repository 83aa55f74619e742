"""What is wrong between web sites, the queues they lead to, and the gateway that customers and agents reach."""

import ipaddress
import re

from cordpair.config.model import Config, PageRule
from cordpair.config.problems import Path, Problems, quote

PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.-]{1,64})\}")
# What is known of any contact; beside it what services keep (their variables), and what web sites tell.
FILLED_IN = ("caller", "contact", "customer", "locale", "name", "page", "reason")
LONGEST_DISPOSITION = 64  # as the core takes them
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def check_web(config: Config, problems: Problems) -> None:
    gateway = config.gateway
    if gateway.turn and gateway.turn_secret is None:
        problems.error(("gateway", "turn_secret"), "is missing: relays are told from it who may use them")
    if gateway.node is not None and gateway.node not in config.pbx:
        problems.error(("gateway", "node"), f"there is no pbx {quote(gateway.node)}")
    if config.portals and gateway.url is None:
        problems.error(("gateway", "url"), "is missing: customers of the portals must be told where we are")
    for name, portal in config.portals.items():
        path: Path = ("portals", name)
        if not portal.origins:
            problems.error((*path, "origins"), "is missing: without one no page may open a session")
        if not portal.pages:
            problems.warning(path, "has no pages: nobody can be helped from there")
        if "video" in portal.media and gateway.video_skill not in config.skills:
            problems.error(
                (*path, "media"), f"video needs the skill {quote(gateway.video_skill)}, which is not in skills"
            )
        for page, rule in portal.pages.items():
            _page(config, rule, (*path, "pages", page), problems)
    _listening(config, problems)
    _browser_phones(config, problems)
    for name, queue in config.queues.items():
        _no_show(config, name, problems)
        for number, said in enumerate(queue.dispositions):
            if not said.isprintable() or not 1 <= len(said) <= LONGEST_DISPOSITION:
                where: Path = ("queues", name, "dispositions", number)
                problems.error(where, f"has 1 to {LONGEST_DISPOSITION} characters that can be seen")
        for number, pop in enumerate(queue.pops):
            _placeholders(config, pop.url, ("queues", name, "pops", number, "url"), problems)


def browser_nodes(config: Config) -> tuple[str, ...]:
    """The PBXs that browsers must reach: customers', and agents' with a phone in theirs."""
    first = next(iter(config.pbx), "")
    nodes = [config.gateway.node or first] if config.portals else []
    nodes += [seat.node or first for seat in config.seats.values() if seat.browser]
    return tuple(dict.fromkeys(nodes))


def _listening(config: Config, problems: Problems) -> None:
    http = config.http
    if (http.certificate is None) != (http.certificate_key is None):
        missing = "certificate" if http.certificate is None else "certificate_key"
        problems.error(("http", missing), "is missing: a certificate and its key go together")
    for number, network in enumerate(http.trusted_proxies):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            problems.error(("http", "trusted_proxies", number), f"is no network: {error}")


def _browser_phones(config: Config, problems: Problems) -> None:
    gateway = config.gateway
    for name, seat in config.seats.items():
        if seat.browser and gateway.url is None:
            problems.error(("gateway", "url"), f"is missing: the browser at seats.{name} must be told where we are")
        if seat.browser and seat.node is None and len(config.pbx) > 1:
            problems.error(("seats", name, "node"), "is missing: of several PBXs, one has a browser phone's account")
        if seat.browser and ACCOUNT.fullmatch(seat.endpoint) is None:
            problems.error(("seats", name, "endpoint"), 'of a browser phone has letters, digits and "_.-" only')
    oidc = config.sign_in.oidc
    if oidc is not None and gateway.url is None:
        problems.error(("gateway", "url"), "is missing: who signs in elsewhere must be sent back here")
    if oidc is not None and not oidc.issuer.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        problems.error(("sign_in", "oidc", "issuer"), "must begin with https://")


def _no_show(config: Config, name: str, problems: Problems) -> None:
    action, path = config.queues[name].on_no_show, ("queues", name, "on_no_show")
    if action is None:
        return
    if action.queue is None or action.service is not None or action.hang_up is not None:
        problems.error(path, "must have a queue: that of the calls to be made later")
    elif action.queue not in config.queues:
        problems.error((*path, "queue"), f"there is no queue {quote(action.queue)}")
    elif config.queues[action.queue].medium == "voice":
        problems.error((*path, "queue"), f"queue {action.queue} takes calls; a call-back is a task of another medium")


def _placeholders(config: Config, url: str, path: Path, problems: Problems) -> None:
    """Only in what comes after the host: no customer may choose where an agent is sent.

    What a web site tells has names of its own, which are not known here: then a near miss is all that can be seen."""
    host = url.partition("://")[2].partition("/")[0].partition("?")[0]
    if "{" in host or "}" in host:
        problems.error(path, "must name its host: a customer's data may not")
    if PLACEHOLDER.sub("", url).count("{") or re.sub(r"\{[^{}]*\}", "", url).count("}"):
        problems.error(path, "has a brace that is no placeholder such as {customer}")
        return
    told = {variable for service in config.services.values() for variable in service.variables}
    known = sorted({*FILLED_IN, *told})
    for name in PLACEHOLDER.findall(url):
        near = problems.nearest(name, known) if name not in known else ""
        if name not in known and not config.portals:
            problems.error(path, f"nothing fills in {{{name}}}" + (near or f"; there are: {', '.join(known)}"))
        elif near:
            problems.warning(path, f"{{{name}}} is filled in only if a web site tells it{near}")


def _page(config: Config, rule: PageRule, path: Path, problems: Problems) -> None:
    if (rule.service is None) == (rule.queue is None):
        problems.error(path, "must have exactly one of service, queue")
        return
    for skill in rule.skills:
        if skill not in config.skills:
            problems.error((*path, "skills", skill), f"there is no skill {quote(skill)}")
    queue = rule.queue
    if rule.service is not None:
        if rule.service not in config.services:
            problems.error((*path, "service"), f"there is no service {quote(rule.service)}")
            return
        queue = config.services[rule.service].queue
    elif queue not in config.queues:
        problems.error((*path, "queue"), f"there is no queue {quote(queue)}")
        return
    if queue in config.queues and config.queues[queue].medium != "voice":
        problems.error(path, f"queue {queue} takes {config.queues[queue].medium}, not calls")


__all__ = ["browser_nodes", "check_web"]
