"""What the page on the web server tells a proxy to let through is what pages and programs ask for."""

import re
from pathlib import Path

import pytest

from cordpair.api.routes import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "web-server.md"
# From everywhere: customers' pages, the desk, and whoever has a link to a new password.
OUTSIDE = (
    "/web/help.js", "/desk", "/v1/session", "/v1/sip", "/v1/cobrowse", "/v1/desk", "/v1/sign-in", "/v1/sign-out",
    "/v1/me", "/v1/password", "/v1/tickets", "/v1/expected-wait",
)  # fmt: skip
INSIDE = ("/office", "/office/wall/tv", "/v1/people", "/v1/stream", "/callcenter", "/remote/call.php")


@pytest.fixture(scope="module")
def locations() -> list[str]:
    """nginx's, in their order: the first that matches counts."""
    found = re.findall(r"location ~ (\S+) \{", PAGE.read_text("utf-8"))
    assert len(found) == 2
    return found


@pytest.fixture(scope="module")
def paths() -> list[list[str]]:
    """Caddy's."""
    return [each.split() for each in re.findall(r"\bpath (/.+)", PAGE.read_text("utf-8"))]


def first(path: str, locations: list[str]) -> int | None:
    return next((n for n, each in enumerate(locations) if re.search(each, path)), None)


def test_nginx_lets_in_what_is_asked_for(locations: list[str]) -> None:
    assert {path: first(path, locations) for path in OUTSIDE} == dict.fromkeys(OUTSIDE, 0)
    inside = [*INSIDE, *(route.path for route in ROUTES if route.roles is not None)]
    assert {path for path in inside if first(path, locations) is None} == set()
    assert all(first(path, locations) is None for path in ("/metrics", "/readyz", "/officer", "/callcenter/x", "/"))


def test_caddy_does_the_same(paths: list[list[str]]) -> None:
    def lets_in(path: str) -> int | None:
        return next(
            (n for n, all in enumerate(paths) if any(re.fullmatch(each.replace("*", ".*"), path) for each in all)), None
        )

    assert {path: lets_in(path) for path in OUTSIDE} == dict.fromkeys(OUTSIDE, 0)
    assert {path: lets_in(path) for path in INSIDE} == dict.fromkeys(INSIDE, 1)
    assert lets_in("/metrics") is None
