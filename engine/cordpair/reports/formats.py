"""A report as bytes: JSON, CSV, or Parquet where pyarrow is installed (the extra ``cordpair[parquet]``)."""

import io
from datetime import date
from typing import Any

import msgspec

from cordpair.errors import ConfigurationError
from cordpair.reports.definitions import DEFINITIONS, Unit
from cordpair.reports.report import Format, Report
from cordpair.reports.sheets import as_csv

TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}


class NotInstalled(ConfigurationError):
    """A format that this installation cannot write."""


def written(report: Report, wanted: Format) -> bytes:
    """Raises NotInstalled."""
    match wanted:
        case Format.JSON:
            return msgspec.json.encode(report)
        case Format.CSV:
            return as_csv(report.lines).encode()
        case Format.PARQUET:
            return _parquet(report)


def file_name(first: date, last: date, wanted: Format) -> str:
    return f"cordpair-{first}-{last}.{wanted.value}"


def _parquet(report: Report) -> bytes:
    """A column for each name and each measure; what else the report says is in the metadata."""
    try:
        import pyarrow as pa  # noqa: PLC0415  an extra, and a second to import
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise NotInstalled(
            "format: Parquet needs pyarrow, which is not installed here: pip install 'cordpair[parquet]'"
        ) from None
    definitions = DEFINITIONS[report.definitions]
    columns: dict[str, Any] = {}
    for each in report.by:
        columns[each.value] = pa.array([line.by[each.value] for line in report.lines], pa.string())
    for name in report.units:
        kind = pa.int64() if definitions[name].unit is Unit.COUNT else pa.float64()
        columns[name] = pa.array([line.measures[name] for line in report.lines], kind)
    rest = msgspec.json.encode(msgspec.structs.replace(report, lines=()))
    table = pa.table(columns).replace_schema_metadata({b"cordpair": rest})
    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


__all__ = ["TYPES", "NotInstalled", "file_name", "written"]
