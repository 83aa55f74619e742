"""Rules for every test: a category by its folder, and no silent skip in CI."""

import gc
import importlib.util
import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from browser.firefox import find as find_firefox

TESTS = Path(__file__).parent
IN_CI = os.environ.get("CI") == "true"

UNIT_FOLDERS = [
    "acd",
    "adapters",
    "api",
    "asterisk",
    "cli",
    "config",
    "cordpair_asterisk",
    "cordpair_loopback",
    "docs",
    "drivers",
    "errors",
    "freeswitch_driver",
    "gateway",
    "ids",
    "ivr",
    "journal",
    "loopback",
    "numbers",
    "pbx_port",
    "replay",
    "reports",
    "runtime",
    "sip",
    "softphones",
    "store",
    "testing",
]

# A folder that is not here has no category, and a test without a category is not collected.
CATEGORIES = dict.fromkeys(UNIT_FOLDERS, "unit") | {
    "architecture": "architecture",
    "browser": "browser",
    "conformance": "conformance",
    "deploy": "deploy",
    "freeswitch": "freeswitch",
    "pbx": "pbx",
    "release": "release",
    "scenarios": "scenario",
}

# No sockets, no other programs, no clock that runs by itself: these may run beside each other on a busy machine.
BESIDE_EACH_OTHER = {"acd", "architecture", "config", "journal", "numbers", "reports", "scenarios", "sip", "store"}

# A shared machine's speed says nothing about correctness.
hypothesis.settings.register_profile("cordpair", deadline=None, print_blob=True)
hypothesis.settings.register_profile("cordpair-ci", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("cordpair-ci" if IN_CI else "cordpair")


def category_of(path: Path) -> str | None:
    """The category that the first folder under tests/ gives."""
    parts = path.relative_to(TESTS).parts if path.is_relative_to(TESTS) else ()
    return CATEGORIES.get(parts[0]) if len(parts) > 1 else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures", metavar="DIR", default="", help="keep a picture of each state of the web pages there"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    homeless = sorted({str(item.path) for item in items if category_of(item.path) is None})
    if homeless:
        raise pytest.UsageError(
            "no category: move the file into a folder that tests/conftest.py lists: " + ", ".join(homeless)
        )
    for item in items:
        item.add_marker(category_of(item.path) or "")
        if item.path.relative_to(TESTS).parts[0] not in BESIDE_EACH_OTHER:
            item.add_marker("alone")
    optional = {
        "freeswitch": "freeswitch" in config.option.markexpr,  # only when asked for by name
        "firefox": find_firefox() is not None,
        "python_esl": importlib.util.find_spec("ESL") is not None,  # it is compiled
    }
    for marker in [name for name, there in optional.items() if not there]:
        left_out = [item for item in items if item.get_closest_marker(marker)]
        items[:] = [item for item in items if not item.get_closest_marker(marker)]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """Commands that run in here say where the log goes: until their test is over."""
    root, ours = logging.getLogger(), logging.getLogger("cordpair")
    before = list(root.handlers), root.level, ours.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed test: what it needs must be there."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {report.longrepr}"
    return report
