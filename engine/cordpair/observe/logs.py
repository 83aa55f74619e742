"""The log: readable in a terminal, a JSON object a line everywhere else. Never a caller's data, at any level.

Everything is logged through the standard ``logging``; structlog renders it. Code that has more to say than a sentence
gives ``extra={…}``: each becomes a field of its own.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

# Keys under which people's data would come. The second line of defence: the first is not to log it.
PERSONAL = frozenset(
    {
        "ani", "address", "attributes", "caller", "caller_id", "caller_name", "caller_number", "callerid", "cli",
        "context_data", "customer", "display_name", "email", "from", "mail", "note", "notes", "number", "password",
        "phone", "phone_number", "secret", "token", "url", "variables",
    }
)  # fmt: skip
HIDDEN = "…"


def guard(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what is said under a key of people's data, also inside of a value."""
    for key, value in event.items():
        event[key] = _guarded(key, value)
    return event


def _guarded(key: Any, value: Any) -> Any:
    if isinstance(key, str) and key.lower() in PERSONAL:
        return HIDDEN
    if isinstance(value, Mapping):
        return {name: _guarded(name, each) for name, each in value.items()}
    return value


class _Stderr(logging.StreamHandler[TextIO]):
    """Whatever standard error is at the moment: it may have been closed and put in another's place."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def log_to(stream: TextIO, level: int = logging.INFO, *, as_json: bool | None = None) -> None:
    """Everything of ours from ``level`` on, everything of others from WARNING on."""
    as_json = not stream.isatty() if as_json is None else as_json
    before: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=as_json),
        guard,
    ]
    rendering: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        rendering += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        rendering.append(
            structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
        )
    handler = _Stderr() if stream is sys.stderr else logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=rendering))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("cordpair").setLevel(level)


def log_to_stderr(level: int = logging.INFO) -> None:
    log_to(sys.stderr, level)


__all__ = ["HIDDEN", "PERSONAL", "guard", "log_to", "log_to_stderr"]
