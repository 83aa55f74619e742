"""Keys of queues.conf that have no counterpart, and why; and the values with which they need none."""

NO = frozenset({"no", "false", "0", "off", "n", "f", ""})
YES = frozenset({"yes", "true", "1", "on", "y", "t"})

SPOKEN = "callers are not told their place or wait by voice"
BY_DIALPLAN = "belongs to the dialplan, which is asked for nothing here"

# Said unless the value is one of these: it is always so, or there is nothing to do.
UNLESS: dict[str, tuple[frozenset[str], str]] = {
    "autofill": (YES, "every free agent is offered a caller at once, always"),
    "ringinuse": (NO, "an agent who talks is never rung"),
    "shared_lastcall": (YES, "wrap-up holds in all queues, always"),
    "persistentmembers": (YES, "who is signed in is known after a restart, always"),
    "force_longest_waiting_caller": (YES | {"prio"}, "who waits longest in an agent's queues is served first, always"),
    "setinterfacevar": (NO, BY_DIALPLAN),
    "setqueuevar": (NO, BY_DIALPLAN),
    "setqueueentryvar": (NO, BY_DIALPLAN),
    "announce-frequency": (NO, SPOKEN),
    "announce-holdtime": (NO, SPOKEN),
    "announce-position": (NO, SPOKEN),
    "periodic-announce-frequency": (NO, SPOKEN),
    "reportholdtime": (NO, "agents are not told the wait by voice; the desk shows it"),
    "memberdelay": (NO, "the two are joined at once"),
    "timeoutrestart": (NO, "an agent who refuses is passed over at once"),
    "autopausebusy": (NO, "a busy phone counts as a miss, always"),
    "autopauseunavail": (NO, "a phone that cannot be reached counts as a miss, always"),
    "penaltymemberslimit": (NO, "a level counts however many agents there are"),
    "negative_penalty_invalid": (NO, "there are no negative penalties"),
    "log_unpause_on_reason_change": (NO, "is of queue_log; see [queue_log]"),
    "log_membername_as_agent": (YES, "queue_log has the agents' names, always"),
    "log-caller-id-name": (NO, "names of callers are not in queue_log"),
    "log-restricted-caller-id": (YES, "numbers are in queue_log if [queue_log] callers says so"),
    "random-periodic-announce": (NO, SPOKEN),
    "relative-periodic-announce": (NO, SPOKEN),
    "announce-to-first-user": (NO, SPOKEN),
    "announce-position-only-up": (NO, SPOKEN),
    "min-announce-frequency": (NO, SPOKEN),
    "announce-round-seconds": (NO, SPOKEN),
}

# Never said: they only refine what is said already, or mean nothing where an offer is made at once.
SILENT = frozenset(
    {
        "announce-position-limit", "monitor-type", "periodic-announce-startdelay", "queue-callswaiting",
        "queue-holdtime", "queue-minute", "queue-minutes", "queue-quantity1", "queue-quantity2", "queue-reporthold",
        "queue-seconds", "queue-thankyou", "queue-thereare", "queue-youarenext", "retry", "timeoutpriority",
    }
)  # fmt: skip

NEVER: dict[str, str] = {
    "announce": "nothing is played to agents; the desk shows the queue",
    "queue-callerannounce": "nothing is played to callers before they are joined; see the queue's prompt",
    "periodic-announce": SPOKEN,
    "context": "keys that leave the queue are extensions there: write them as exit_keys",
    "membergosub": BY_DIALPLAN,
    "monitor-format": "calls are not recorded by the queue",
    "servicelevel": "a threshold is chosen when a report is asked for",
    "autopausedelay": "who misses too often is not ready at once",
}

__all__ = ["NEVER", "NO", "SILENT", "UNLESS", "YES"]
