"""Configurations to rows and back.

The sections of the file with entries of their own are tables: a row for each entry, a column for each key; what is a
list or a table in the file is JSON in its column. The other sections are rows of ``settings``.
"""

from typing import Any, NamedTuple

import msgspec
from msgspec import inspect
from sqlite_utils import Database

from cordpair.config import Config

# Sections of name → text, and the column of the text.
PLAIN = {"skills": "meaning", "prompts": "medium"}


class Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    nested: frozenset[str]  # columns of JSON
    flags: frozenset[str] = frozenset()  # columns that are 0 or 1


def _tables() -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The tables, and the sections that are settings, as ``Config`` declares them."""
    shape = inspect.type_info(Config)
    assert isinstance(shape, inspect.StructType)
    tables, settings = [], []
    for section in shape.fields:
        if not isinstance(section.type, inspect.DictType):
            settings.append(section.name)
        elif isinstance(section.type.value_type, inspect.StructType):
            fields = section.type.value_type.fields
            nested = frozenset(field.name for field in fields if _is_nested(field.type))
            flags = frozenset(field.name for field in fields if isinstance(field.type, inspect.BoolType))
            tables.append(Table(section.name, tuple(field.name for field in fields), nested, flags))
        else:
            tables.append(Table(section.name, (PLAIN[section.name],), frozenset()))
    return tuple(tables), tuple(settings)


def _is_nested(info: inspect.Type) -> bool:
    if isinstance(info, inspect.UnionType):
        return any(map(_is_nested, info.types))
    return isinstance(info, inspect.StructType | inspect.DictType | inspect.VarTupleType)


TABLES, SETTINGS = _tables()


def write_rows(db: Database, config: Config) -> None:
    """Put the configuration in the place of the one that is there. Inside a transaction of the caller's."""
    for table in TABLES:
        db.execute(f"DELETE FROM {table.name}")
        rows = []
        for position, (name, entity) in enumerate(getattr(config, table.name).items()):
            row: dict[str, Any] = {"name": name, "position": position}
            for column in table.columns:
                value = entity if isinstance(entity, str) else getattr(entity, column)
                row[column] = _json(value) if column in table.nested and value is not None else value
            rows.append(row)
        if rows:
            db.table(table.name).insert_all(rows)
    db.execute("DELETE FROM settings")
    db.table("settings").insert_all(
        {"section": section, "content": _json(getattr(config, section))} for section in SETTINGS
    )


def read_rows(db: Database) -> Config:
    """Raises msgspec.DecodeError, or what a cell of another type leads to, when somebody put something else there."""
    raw: dict[str, Any] = {}
    for table in TABLES:
        entities: dict[str, Any] = {}
        for row in db.table(table.name).rows_where(order_by="position, name"):
            cells = {column: _cell(table, column, row[column]) for column in table.columns if row[column] is not None}
            entities[row["name"]] = cells[PLAIN[table.name]] if table.name in PLAIN else cells
        raw[table.name] = entities
    for row in db.table("settings").rows:
        raw[row["section"]] = msgspec.Raw(row["content"].encode())
    return msgspec.json.decode(msgspec.json.encode(raw), type=Config)


def _cell(table: Table, column: str, stored: Any) -> Any:
    if column in table.nested:
        return msgspec.Raw(stored.encode())
    return bool(stored) if column in table.flags else stored


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


__all__ = ["SETTINGS", "TABLES", "Table", "read_rows", "write_rows"]
