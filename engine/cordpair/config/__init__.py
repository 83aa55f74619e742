"""``cordpair.toml``: read, checked and written. A leaf: of Cordpair it knows the errors only."""

from cordpair.config.difference import difference, needs_restart
from cordpair.config.load import Loaded, load, parse
from cordpair.config.model import Config
from cordpair.config.problems import InvalidConfiguration, Problem, Severity
from cordpair.config.secrets import resolve_secret, url_with_secret
from cordpair.config.write import write

__all__ = [
    "Config",
    "InvalidConfiguration",
    "Loaded",
    "Problem",
    "Severity",
    "difference",
    "load",
    "needs_restart",
    "parse",
    "resolve_secret",
    "url_with_secret",
    "write",
]
