"""What keys mean that ``cordpair.example.toml`` has no comment for: most stand inside of a table on one line.

By the end of their path, the longest first; ``NAME`` is a name of the operator's.
"""

STEPS = {
    "steps[].after": "When the step comes into force, counted from the moment of arrival.",
    "steps[].levels": "The least level of each skill from then on; left out or empty: anybody will do.",
}
RULES = {
    "rules.internal": "Of numbers that fit `internal`.",
    "rules.short": "Of short numbers of the country, such as those of authorities.",
    "rules.national": "Of landline numbers of the country.",
    "rules.mobile": "Of mobile numbers of the country.",
    "rules.international": "Of numbers of other countries.",
    "form": "How the number is written: `e164` (+34932009000), `digits` (34932009000), `national` (as dialled in the "
    "country), `significant` (without the country's own prefix).",
    "prefix": "What is put before it.",
}
ALARMS = {
    "alarms.waiting": "So many wait, or more.",
    "alarms.longest_wait": "One waits for so long.",
    "alarms.expected_wait": "Who came now would have to wait for so long.",
    "alarms.service_level": "Today's service level, in percent, is below this.",
    "alarms.abandon_rate": "The share of those who gave up today, in percent, is above this.",
    "alarms.ready_below": "Fewer agents of the queue are ready.",
    "alarms.least_offered": "The two shares count from so many contacts of the day on.",
}
MISSES = {
    "misses.limit": "So many failed offers in a row make the agent not ready.",
    "misses.miss_delay": "No offer for so long after one that rang and was not answered.",
    "misses.reject_delay": "… after one that was turned down.",
    "misses.busy_delay": "… after one that found the phone busy.",
    "misses.unreachable_delay": "… after one that did not reach the phone.",
}
SECTIONS = {
    "cell": "This engine.",
    "http": "The port of the API, and of everything that browsers ask for.",
    "store": "What is kept beside the journal.",
    "journal": "The record of every decision.",
    "queues": "Where contacts wait, and by which rules.",
    "adapters": "Interfaces of other programs for call centres. Each is off unless its table is there.",
    "timing": "How long the engine waits for others. The defaults are right for nearly everybody.",
}
INNER: dict[str, str] = SECTIONS | STEPS | RULES | ALARMS | MISSES | {
    "reasons.NAME.digit": "What follows the code for not ready, to say this reason by phone.",
    "overflow.queue": "The queue that a share of the arrivals goes to at once.",
    "overflow.percent": "How many of a hundred.",
    "pops[].embed": "Whether the desk shows it in itself, where the page allows that; otherwise in a tab of its own.",
    "seats.NAME.endpoint": "What the PBX calls the phone.",
    "queues.NAME.tier": "Queues of a lower tier come first for this agent.",
    "queues.NAME.offset": "Seconds added to the wait of this queue's contacts when the agent's queues are compared.",
    "portals.NAME.pages": "Where each page leads.",
    "caller_ids.default": "Where neither agent nor queue has one.",
    "rates.key": "In any minute: calls that one key may ask for.",
    "rates.agent": "In any minute: calls that one agent can be sent into.",
    "webhooks.to": "Who is told, each under a name of your own.",
    "pbx.NAME.url": "Which driver, by its scheme, and where the PBX is.",
    "door.url": "The address of that WebSocket.",
    "codes.sign_in": "Signs the agent of this phone in, not ready yet.",
    "codes.sign_out": "Signs out.",
    "codes.ready": "Ready for contacts.",
    "codes.wrap_up_done": "Ends the wrap-up.",
    "pops[].url": "The page's address; `{customer}` and the like are filled in from the contact.",
    "pops[].title": "What its tab on the desk is called.",
    "services.NAME.queue": "Where its contacts wait.",
    "seats.NAME.browser": "The phone is the agent's browser.",
    "queues.NAME.active": "Whether the agent takes contacts of this queue at present.",
    "queues.NAME.wrap_up": "The agent's own time after a conversation of this queue, instead of the queue's.",
    "portals.NAME.origins": "Where its pages are: scheme, host and port, as browsers send them.",
    "portals.NAME.media": "What its customers may ask for: `audio`, `video`.",
    "pages.NAME.service": "Where the page leads: to a service, with its requirement and priority …",
    "pages.NAME.queue": "… or to a queue.",
    "pages.NAME.skills": "What an agent must know for this page, beside what the queue or service asks for.",
    "sign_in.oidc": "Accounts of the house (OpenID Connect).",
    "oidc.issuer": "The address of the provider, from which the rest is discovered.",
    "oidc.client_id": "What Cordpair is called there.",
    "oidc.client_secret": "Its secret there.",
    "oidc.claim": "Which claim of the provider holds the agent's name.",
    "trunks.NAME.dial": "What the PBX is asked to dial; `{number}` is the number as `rules` write it.",
    "trunks.NAME.caller_id": "What customers are shown where nothing else says so.",
    "register.user": "Who we are to the provider, who wants to be registered with.",
    "register.password": "The password of that account.",
    "caller_ids.queues": "Of calls that count for a queue.",
    "caller_ids.agents": "Of an agent's calls; goes before the queue's.",
    "reports.schedules": "Reports that are sent by themselves, each under a name of your own.",
    "smtp.host": "The mail server that reports are sent by.",
    "call_url.path": "The path of the URL.",
    "webhooks.to.NAME.url": "Where the messages are sent, by POST.",
}  # fmt: skip


def inner(path: str) -> str:
    """Empty: nothing is said."""
    parts = path.split(".")
    ends = (".".join(parts[number:]) for number in range(len(parts)))
    return next((INNER[end] for end in ends if end in INNER), "")


__all__ = ["INNER", "inner"]
