"""``cordpair.toml``: read, checked and written. A leaf: of Cordpair it knows the errors only."""

from cordpair.config.difference import difference, difference_of_texts, is_same, needs_restart
from cordpair.config.load import SHAPE, Examined, Loaded, examine, load, parse, tables
from cordpair.config.model import Config
from cordpair.config.problems import InvalidConfiguration, Problem, Severity
from cordpair.config.secrets import resolve_secret, url_with_secret
from cordpair.config.shape import Field, Shape, shape
from cordpair.config.write import to_raw, write

__all__ = [
    "SHAPE",
    "Config",
    "Examined",
    "Field",
    "InvalidConfiguration",
    "Loaded",
    "Problem",
    "Severity",
    "Shape",
    "difference",
    "difference_of_texts",
    "examine",
    "is_same",
    "load",
    "needs_restart",
    "parse",
    "resolve_secret",
    "shape",
    "tables",
    "to_raw",
    "url_with_secret",
    "write",
]
