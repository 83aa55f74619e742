"""Reports as bytes: hostile names stay names, and what is not installed is said."""

import csv
import datetime as dt
import io
import json
import sys

import pytest
from pyarrow import parquet

from cordpair.reports import By, Line, Policy
from cordpair.reports.definitions import NEWEST, Unit
from cordpair.reports.formats import NotInstalled, file_name, written
from cordpair.reports.report import Format, Report

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\t=1", "\r=1", "＝1", '"quoted", "', "<script>", "a\nb", ""]
LINES = tuple(
    Line({"disposition": name}, {"handled": number, "aht_s": None if number else 1.5})
    for number, name in enumerate(HOSTILE)
)
REPORT = Report(
    NEWEST, "UTC", "2026-11-21", "2026-11-21", (By.DISPOSITION,), NOW, NOW, None, Policy(), None, (), (),
    {"handled": Unit.COUNT, "aht_s": Unit.SECONDS}, {"handled": 1, "aht_s": 1.5}, LINES,
)  # fmt: skip


def test_csv_holds_no_formula():
    rows = list(csv.DictReader(io.StringIO(written(REPORT, Format.CSV).decode(), newline="")))
    assert len(rows) == len(HOSTILE)
    for row, name in zip(rows, HOSTILE, strict=True):
        assert row["disposition"] in (name, f"'{name}")
        assert not row["disposition"].startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert rows[1]["aht_s"] == "" and rows[0]["aht_s"] == "1.5"


def test_json_and_parquet_hold_names_as_they_are():
    assert [line["by"]["disposition"] for line in json.loads(written(REPORT, Format.JSON))["lines"]] == HOSTILE
    table = parquet.read_table(io.BytesIO(written(REPORT, Format.PARQUET)))
    assert table.column("disposition").to_pylist() == HOSTILE
    assert table.column("handled").to_pylist() == list(range(len(HOSTILE)))
    assert table.column("aht_s").to_pylist()[:2] == [1.5, None]
    assert json.loads(table.schema.metadata[b"cordpair"])["definitions"] == NEWEST


def test_without_pyarrow_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotInstalled, match=r"pip install 'cordpair\[parquet\]'"):
        written(REPORT, Format.PARQUET)


def test_a_file_has_a_name_of_its_days():
    assert file_name(NOW.date(), NOW.date(), Format.CSV) == "cordpair-2026-11-21-2026-11-21.csv"
