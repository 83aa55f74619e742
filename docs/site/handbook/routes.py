"""Every route of the API, from the OpenAPI document that the engine serves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from handbook.markdown import code, table

Document = Mapping[str, Any]
SAME = {"400", "401", "403", "408", "413", "415", "429", "503"}  # told once, above the table


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def unexplained_routes(document: Document) -> list[str]:
    """Those without a summary."""
    return [f"{method} {path}" for method, path, each in operations(document) if not each.get("summary", "").strip()]


def unmentioned_routes(served: Iterable[tuple[str, str]], document: Document, pages: str) -> list[str]:
    """Those that are in neither the document nor, by their path, the pages. ``served``: method and path."""
    told = {(method, path) for method, path, _ in operations(document)}
    return [
        f"{method} {path}"
        for method, path in served
        if (method, path) not in told and method not in {"HEAD", "OPTIONS"} and not _mentioned(path, pages)
    ]


def _mentioned(path: str, pages: str) -> bool:
    """As a whole; of ``/web/{name}`` a page can say ``/web/``."""
    stem, brace, _ = path.partition("{")
    return re.search(re.escape(stem) + ("" if brace else r"(?![\w/-])"), pages) is not None


def http_api(document: Document) -> str:
    groups: dict[str, list[str]] = {}
    for method, path, each in operations(document):
        groups.setdefault(each["tags"][0], []).append(_operation(method, path, each))
    text = "".join(f"## {name.removesuffix('.json').capitalize()}\n\n{''.join(each)}" for name, each in groups.items())
    return (
        text + "## Types\n\n" + "".join(_type(name, each) for name, each in document["components"]["schemas"].items())
    )


def _operation(method: str, path: str, found: Document) -> str:
    lines = [f"### `{method} {path}`\n", f"{found['summary']}. {found.get('description', 'Needs no key.')}\n"]
    queries = [each for each in found.get("parameters", ()) if each["in"] == "query"]
    if queries:
        lines.append(table(("query", "what"), [(code(each["name"]), _kind(each["schema"])) for each in queries]))
    body = found.get("requestBody")
    if body is not None:
        lines.append(f"Body: {_kind(body['content']['application/json']['schema'])}.\n")
    replies = {status: each for status, each in found["responses"].items() if status not in SAME or _is_own(each)}
    said = [f"`{status}` {_reply(each)}" for status, each in replies.items()]
    lines.append("Answers: " + " · ".join(said) + ".\n")
    return "\n".join(lines) + "\n"


def _is_own(reply: Document) -> bool:
    """503 of ``/readyz`` is an answer like 200, and no refusal."""
    return "ErrorReply" not in str(reply)


def _reply(reply: Document) -> str:
    content = reply.get("content", {})
    if "x-message" in reply:
        return f"a WebSocket of {_kind(reply['x-message'])}"
    if "application/json" in content and not _is_own(reply):
        return str(reply["description"]).lower()
    kinds = [_kind(each["schema"]) if "schema" in each else code(media) for media, each in content.items()]
    return " or ".join(kinds) if kinds else "nothing"


def _type(name: str, schema: Document) -> str:
    text = f"### `{name}`\n\n"
    if schema.get("description"):
        text += " ".join(schema["description"].replace("``", "`").split()) + "\n\n"
    if "properties" not in schema:
        return text + f"{_kind(schema)}.\n\n"
    required = set(schema.get("required", ()))
    rows = [
        (code(field), _kind(each), "required" if field in required else _default(each))
        for field, each in schema["properties"].items()
    ]
    return text + table(("field", "kind", "default"), rows) + "\n"


def _default(schema: Document) -> str:
    return code(str(schema["default"])) if schema.get("default") not in (None, "", [], {}) else ""


def _kind(schema: Document) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[`{name}`](#{name.lower().replace('.', '')})"
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(code(str(each)) for each in schema["enum"])
    if "const" in schema:
        return code(str(schema["const"]))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema['items'])}" if isinstance(schema.get("items"), Mapping) else "list"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"names and values: {_kind(values)}" if isinstance(values, Mapping) and values else "object"
    return _plain(str(kind), schema)


def _plain(kind: str, schema: Document) -> str:
    if "format" in schema:
        return {"date-time": "moment", "date": "day"}.get(schema["format"], str(schema["format"]))
    names = {"string": "text", "integer": "whole number", "null": "null", "boolean": "true or false"}
    low, high = schema.get("minimum"), schema.get("maximum")
    limits = "".join([f" from {low}" if low is not None else "", f" to {high}" if high is not None else ""])
    longest = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    return names.get(kind, kind) + limits + longest


__all__ = ["http_api", "operations", "unexplained_routes", "unmentioned_routes"]
