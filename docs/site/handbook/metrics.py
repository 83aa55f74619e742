"""Every metric that Prometheus is told of, read from the source: some are there only where a configuration asks."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from handbook.markdown import code, table

CLASSES = {
    "Counter": "counter", "Gauge": "gauge", "Histogram": "histogram", "Summary": "summary", "Info": "info",
    "CounterMetricFamily": "counter", "GaugeMetricFamily": "gauge", "HistogramMetricFamily": "histogram",
}  # fmt: skip
PREFIX = "cordpair_"


class Metric(NamedTuple):
    name: str  # as Prometheus has it: a counter ends with _total
    kind: str
    help: str
    labels: tuple[str, ...]
    where: str


def metrics_under(folders: Iterable[Path]) -> list[Metric]:
    """Sorted by name. Raises ValueError for one whose name, help or labels are not written out."""
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    return sorted(each for file in files for each in metrics_in(file.read_text(encoding="utf-8"), file.name))


def metrics_in(source: str, where: str) -> Iterator[Metric]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES and node.args:
            found = _metric(node, CLASSES[node.func.id], where)
            if found is not None:
                yield found


def _metric(call: ast.Call, kind: str, where: str) -> Metric | None:
    """None: a class of the same name that counts other things."""
    told = {each.arg: each.value for each in call.keywords}
    values = [*call.args, *([told["labels"]] if "labels" in told else [])]
    try:
        said = [ast.literal_eval(each) for each in values]
    except ValueError:
        named = call.args[0]
        if isinstance(named, ast.Constant) and str(named.value).startswith(PREFIX):
            raise ValueError(f"{where}:{call.lineno}: write the metric's name, help and labels out") from None
        return None
    if not (said and isinstance(said[0], str)):
        return None
    name = said[0] + ("_total" if kind == "counter" and not said[0].endswith("_total") else "")
    help = said[1] if len(said) > 1 and isinstance(said[1], str) else ""
    labels = next((tuple(each) for each in said[2:] if isinstance(each, list | tuple)), ())
    return Metric(name, kind, help, labels, f"{where}:{call.lineno}")


def unexplained_metrics(metrics: Iterable[Metric]) -> list[str]:
    """Those without a help, or with one that only says the name again."""
    return [each.name for each in metrics if _letters(each.help) in {"", _letters(each.name), _letters(each.name[9:])}]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower())).removesuffix("total")


def metrics_table(metrics: Iterable[Metric]) -> str:
    rows = [(code(each.name), each.kind, ", ".join(map(code, each.labels)), each.help) for each in metrics]
    return table(("metric", "kind", "labels", "what it counts"), rows)


__all__ = ["Metric", "metrics_in", "metrics_table", "metrics_under", "unexplained_metrics"]
