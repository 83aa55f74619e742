"""What is wrong between web sites, the queues they lead to, and the gateway that their customers reach."""

from cordpair.config.model import Config, PageRule
from cordpair.config.problems import Path, Problems, quote


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


__all__ = ["check_web"]
