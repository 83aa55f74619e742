"""Raw TOML values to structs, by what the structs declare. Every mistake is noted and reading goes on.

Where a value is wrong its default stands in for it (or an empty value), so that the cross-checks can still look at the
rest; ``Problems`` does not report what follows from a key that is wrong already.
"""

import re
from typing import Any

import msgspec
from msgspec import inspect

from cordpair.config.adapters import MAC, URL_PATH
from cordpair.config.calls import DIAL
from cordpair.config.dialling import CALLER_ID, NUMBERS, PREFIX, REGION
from cordpair.config.durations import format_duration, parse_duration
from cordpair.config.kinds import ADDRESS, NETWORK, ORIGIN, PAGE, POP, REGISTRAR, SOCKET, URL, Secret, is_duration
from cordpair.config.problems import Path, Problems, quote
from cordpair.config.reports import HOOK, HOUR, MAILBOX
from cordpair.config.trunks import LOGIN, NUMBER

# What a pattern of the model means, in words.
PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}$": 'must be 1 to 64 letters, digits or "_.@+-", a letter or digit first',
    r"^[a-z0-9][a-z0-9-]{0,31}$": 'must be 1 to 32 small letters, digits or "-", a letter or digit first',
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$": 'must be 1 to 64 letters, digits or "_.-", a letter or digit first',
    ADDRESS: 'must be a host or host:port that callers reach by SIP, such as "sip.example.com:5060"',
    URL: "must be 1 to 1,024 characters without a space",
    MAC: 'must be the address of a network card, such as "00:11:22:aa:bb:cc"',
    r"^\S{1,128}$": "must be 1 to 128 characters without a space",
    r"^[0-9*#]{1,16}$": "must be 1 to 16 keys of a telephone (0-9, *, #)",
    r"^[0-9*#]$": "must be one key of a telephone (0-9, *, #)",
    ORIGIN: 'must be an origin, without a path, such as "https://shop.example.com"',
    PAGE: 'must be a path such as "/checkout" or "/shop/*"',
    SOCKET: 'must be the address of a WebSocket, such as "ws://127.0.0.1:8088/ws"',
    POP: 'must be an address such as "https://crm.example.com/customers/{customer}"',
    NETWORK: 'must be an address or a network, such as "127.0.0.1" or "10.0.0.0/8"',
    MAILBOX: 'must be an address such as "team@example.com"',
    HOUR: 'must be a time of day such as "07:30"',
    HOOK: 'must be an address such as "https://example.com/reports"',
    REGION: 'must be the two capital letters of a country, such as "DE"',
    NUMBERS: 'must be a pattern of a number, such as "2XXX", "+34*" or "112": digits, X for any of them, * and #',
    PREFIX: 'must be what is dialled before a number: digits, "*", "#" and "+", at most 16',
    CALLER_ID: 'must be a number such as "+493012345": digits only, perhaps with a "+" before them',
    URL_PATH: 'must be a path such as "/remote/call.php"',
    NUMBER: 'must be a number or name that is dialled, such as "+493012345"',
    LOGIN: 'must be 1 to 64 letters, digits or "+._-"',
    DIAL: 'must be an endpoint with {number} in it, such as "{number}@provider"',
    REGISTRAR: 'must be a host or host:port, such as "pbx.example.com:5060", perhaps with ";transport=tcp" after it',
    r"^[0-9]{1,10}$": 'must be 1 to 10 digits, as text: "105"',
    r"^[0-9]{1,4}$": 'must be 1 to 4 digits, as text: "1"',
}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Reader:
    """Reads one file."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def read(self, raw: Any, info: inspect.Type, path: Path) -> Any:
        """The value of the type, or one that stands in for it; then a problem was noted."""
        if isinstance(info, inspect.Metadata):
            return self._duration(raw, info, path) if is_duration(info) else self.read(raw, info.type, path)
        return READERS[type(info)](self, raw, info, path)

    # ------------------------------------------------------------ containers

    def _struct(self, raw: Any, info: inspect.StructType, path: Path) -> Any:
        if info.cls is Secret and not isinstance(raw, dict):
            # The value is not shown: it may be the password.
            message = 'a secret does not belong in this file; write { env = "NAME" } or { file = "PATH" }'
            self._problems.error(path, message)
            return Secret()
        if not isinstance(raw, dict):
            self._problems.error(path, f"must be a table, not {quote(raw)}")
            raw = {}
        fields = {field.name: field for field in info.fields}
        for key in [key for key in raw if key not in fields]:
            near = self._problems.nearest(key, fields) or f"; there are: {', '.join(fields)}"
            self._problems.error((*path, key), f"unknown key{near}")
        values = {}
        for name, field in fields.items():
            if name in raw:
                values[name] = self.read(raw[name], field.type, (*path, name))
                if values[name] is WRONG and not field.required:
                    del values[name]
            elif field.required:
                self._problems.error((*path, name), "is missing")
            if field.required and values.get(name, WRONG) is WRONG:
                values[name] = _empty(field.type)
        return info.cls(**values)

    def _dict(self, raw: Any, info: inspect.DictType, path: Path) -> Any:
        if not isinstance(raw, dict):
            self._problems.error(path, f"must be a table, not {quote(raw)}")
            return WRONG
        values = {}
        for key, value in raw.items():
            self.read(key, info.key_type, (*path, key))
            read = self.read(value, info.value_type, (*path, key))
            values[key] = _empty(info.value_type) if read is WRONG else read
        return values

    def _tuple(self, raw: Any, info: inspect.VarTupleType, path: Path) -> Any:
        if not isinstance(raw, list):
            if isinstance(raw, str) and isinstance(_plain(info.item_type), inspect.StrType):
                raw = [raw]  # one word stands for a list of one
            else:
                self._problems.error(path, f"must be a list, not {quote(raw)}")
                return WRONG
        values = [self.read(item, info.item_type, (*path, number)) for number, item in enumerate(raw)]
        return tuple(value for value in values if value is not WRONG)

    def _union(self, raw: Any, info: inspect.UnionType, path: Path) -> Any:
        """The model's only unions are with None, which is a key left out."""
        (present,) = (each for each in info.types if not isinstance(each, inspect.NoneType))
        return self.read(raw, present, path)

    # ------------------------------------------------------------ plain values

    def _str(self, raw: Any, info: inspect.Type, path: Path) -> Any:
        assert isinstance(info, inspect.StrType)
        if not isinstance(raw, str):
            return self._wrong(path, f"must be text in quotes, not {quote(raw)}")
        if info.pattern is not None and not re.fullmatch(info.pattern, raw):
            shown = "" if info.pattern == URL else f", not {quote(raw)}"  # there may be a password in it
            return self._wrong(path, f"{PATTERNS[info.pattern]}{shown}")
        if CONTROL.search(raw):
            return self._wrong(path, "has a control character" + ("" if info.pattern == URL else f": {quote(raw)}"))
        if info.max_length is not None and len(raw) > info.max_length:
            return self._wrong(path, f"is longer than {info.max_length} characters")
        return raw

    def _bool(self, raw: Any, info: inspect.Type, path: Path) -> Any:
        return raw if isinstance(raw, bool) else self._wrong(path, f"must be true or false, not {quote(raw)}")

    def _int(self, raw: Any, info: inspect.IntType, path: Path) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, int):
            return self._wrong(path, f"must be a whole number, not {quote(raw)}")
        if (info.ge is not None and raw < info.ge) or (info.le is not None and raw > info.le):
            return self._wrong(path, f"must be from {info.ge} to {info.le}, not {quote(raw)}")
        return raw

    def _float(self, raw: Any, info: inspect.FloatType, path: Path) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            return self._wrong(path, f"must be a number, not {quote(raw)}")
        if not ((info.gt is None or raw > info.gt) and (info.le is None or raw <= info.le)):
            return self._wrong(path, f"must be more than {info.gt:g} and at most {info.le:g}, not {quote(raw)}")
        return float(raw)

    def _duration(self, raw: Any, info: inspect.Metadata, path: Path) -> Any:
        assert isinstance(info.type, inspect.IntType)
        low, high = info.type.ge or 0, info.type.le or 0
        value = None
        if isinstance(raw, str | int | float) and not isinstance(raw, bool):
            value = parse_duration(raw)
        if value is None:
            example = 'such as "90s", "5m" or "1h30m", or a number of seconds'
            return self._wrong(path, f"must be a duration {example}; not {quote(raw)}")
        if not low <= value <= high:
            span = f"from {format_duration(low)} to {format_duration(high)}"
            return self._wrong(path, f"must be {span}, not {quote(raw)}")
        return value

    def _literal(self, raw: Any, info: inspect.LiteralType, path: Path) -> Any:
        if isinstance(raw, str) and raw in info.values:
            return raw
        words = [str(value) for value in info.values]
        near = self._problems.nearest(raw, words) if isinstance(raw, str) else ""
        return self._wrong(path, f"must be one of {', '.join(map(quote, words))}, not {quote(raw)}{near}")

    def _wrong(self, path: Path, message: str) -> Any:
        self._problems.error(path, message)
        return WRONG


WRONG: Any = msgspec.UNSET

READERS: dict[type[inspect.Type], Any] = {
    inspect.StructType: Reader._struct,
    inspect.DictType: Reader._dict,
    inspect.VarTupleType: Reader._tuple,
    inspect.UnionType: Reader._union,
    inspect.StrType: Reader._str,
    inspect.BoolType: Reader._bool,
    inspect.IntType: Reader._int,
    inspect.FloatType: Reader._float,
    inspect.LiteralType: Reader._literal,
}


def _plain(info: inspect.Type) -> inspect.Type:
    return _plain(info.type) if isinstance(info, inspect.Metadata) else info


def _empty(info: inspect.Type) -> Any:
    """What stands in for a wrong value that has no default."""
    match _plain(info):
        case inspect.StrType():
            return ""
        case inspect.FloatType():
            return 0.0
        case _:
            return 0


__all__ = ["Reader"]
