"""What nobody explained fails here. Each list is empty, and each test of a plant shows that it can be otherwise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, get_args

import pytest
import typer
import typer.main
from aiohttp import web
from msgspec.structs import replace

from api.centres import TEXT, centre
from cordpair.acd.events import Event
from cordpair.api.app import make_app
from cordpair.api.call import DEMONSTRATION
from cordpair.api.errors import ApiError
from cordpair.api.openapi import document
from cordpair.api.route import get
from cordpair.api.routes import ROUTES
from cordpair.cli import app
from cordpair.cli.parts import mounting
from cordpair.config import load, shape
from cordpair.config.webhooks import Told
from cordpair.sip.reasons import Reason
from handbook import configuration, errors, event_fields, makers, metrics, routes
from handbook.commands import commands, unexplained_options

ROOT = Path(__file__).parents[2]
SECTIONS = shape().sections
TOLD = list(get_args(Told))


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


# ---------------------------------------------------------------- commands


def test_every_command_and_option_has_a_help() -> None:
    root = typer.main.get_command(app)
    assert len(list(commands("cordpair", root))) > 30
    assert unexplained_options("cordpair", root) == [], "give it a docstring, or help="


def test_an_option_without_a_help_is_found() -> None:
    planted = typer.Typer()

    @planted.command()
    def explained(loud: Annotated[bool, typer.Option("--loud", help="With noise.")] = False) -> None:
        """It is."""

    @planted.command()
    def plain(target: Annotated[str, typer.Argument()], loud: Annotated[bool, typer.Option("--loud")] = False) -> None:
        pass

    root = typer.main.get_command(planted)
    assert unexplained_options("x", root) == ["x", "x plain", "x plain target", "x plain --loud"]


# ---------------------------------------------------------------- configuration


def test_every_key_is_explained() -> None:
    assert len(list(configuration.keys(SECTIONS))) > 200
    missing = configuration.unexplained_keys(SECTIONS)
    assert missing == [], "a comment above it in cordpair.example.toml, or a line in docs/site/handbook/inner_keys.py"


def test_no_explanation_is_of_a_key_that_is_gone() -> None:
    assert configuration.useless_explanations(SECTIONS) == []


def test_a_key_without_an_explanation_is_found() -> None:
    (journal,) = (each for each in SECTIONS if each.name == "journal")
    assert journal.fields is not None
    planted = type(journal)(name="colour", kind="text", help="", required=False)
    with_it = replace(journal, fields=(*journal.fields, planted))
    assert configuration.unexplained_keys([with_it]) == ["journal.colour"]


# ---------------------------------------------------------------- the API


def test_every_route_has_a_summary() -> None:
    assert routes.unexplained_routes(document(ROUTES)) == []


def test_a_route_without_a_summary_is_found() -> None:
    planted = get("/v1/planted", "planted", "", ROUTES[0].handler, None)
    assert routes.unexplained_routes(document([*ROUTES, planted])) == ["GET /v1/planted"]


EVERYTHING = """
[gateway]
url = "https://help.example.com"
[portals.shop]
origins = ["https://shop.example.com"]
pages = { "/*" = { queue = "support" } }
[sign_in]
oidc = { issuer = "https://login.example.com", client_id = "c", client_secret = { env = "PATH" }, claim = "sub" }
[calls]
queue = "support"
numbers = { region = "DE" }
[adapters.callcenter]
[adapters.call_url]
path = "/remote/call.php"
[webhooks.to.crm]
url = "https://crm.example.com/hooks"
secret = { env = "PATH" }
"""
# Where routes are explained that are no programs' and in no OpenAPI document.
PAGES = (
    "reference/web-protocol.md", "how-to/web-server.md", "how-to/callcenter-dashboard.md", "how-to/click-to-dial.md",
    "how-to/agents-by-desk.md", "how-to/api.md",
)  # fmt: skip


async def test_every_address_that_is_served_is_somewhere_in_the_pages(tmp_path: Path) -> None:
    file = tmp_path / "cordpair.toml"
    file.write_text(TEXT + EVERYTHING)
    config = load(file).config
    async with centre(tmp_path) as api:
        served = make_app(api.office)
        served[DEMONSTRATION] = "shop"
        mounting(config, tmp_path)(served, api.office)
        found = set(addresses(served))
        planted = web.Application()
        planted.router.add_get("/v1/planted/{id}", ROUTES[0].handler)  # type: ignore[arg-type]
    told = "".join(map(page, PAGES))
    assert ("GET", "/v1/desk") in found
    assert routes.unmentioned_routes(sorted(found), document(ROUTES), told) == []
    assert routes.unmentioned_routes(addresses(planted), document(ROUTES), told) == ["GET /v1/planted/{id}"]


def addresses(served: web.Application) -> Iterator[tuple[str, str]]:
    for route in served.router.routes():
        if route.resource is not None and route.method != "HEAD":
            yield route.method, route.resource.canonical


# ---------------------------------------------------------------- metrics


def test_every_metric_has_a_help() -> None:
    assert len(makers.metrics()) > 30
    assert metrics.unexplained_metrics(makers.metrics()) == []


def test_a_metric_without_a_help_is_found() -> None:
    planted = 'Counter("cordpair_planted", "")\nGauge("cordpair_twins", "Twins", ["node"], registry=r)\n'
    found = list(metrics.metrics_in(planted, "planted.py"))
    assert [(each.name, each.labels) for each in found] == [
        ("cordpair_planted_total", ()),
        ("cordpair_twins", ("node",)),
    ]
    assert metrics.unexplained_metrics(found) == ["cordpair_planted_total", "cordpair_twins"]
    with pytest.raises(ValueError, match="write the metric"):
        list(metrics.metrics_in('Counter("cordpair_planted", words)', "planted.py"))


async def test_what_a_running_engine_tells_is_in_the_table(tmp_path: Path) -> None:
    async with centre(tmp_path) as api:
        text = await (await api.raw("GET", "/metrics", None)).text()
    told = {each.name for each in makers.metrics()}
    running = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE cordpair_")}
    assert {name for name in running if not name.endswith("_created")} <= told
    assert len(running) > 20


# ---------------------------------------------------------------- events


def test_every_event_is_explained() -> None:
    names = [event.__name__ for event in get_args(Event)]
    assert len(names) > 60
    assert event_fields.unexplained(names, page("reference/events.md")) == []


def test_every_webhook_event_is_explained() -> None:
    text = section(page("reference/webhooks.md"), "The messages")
    assert event_fields.unexplained(TOLD, text) == []
    assert set(event_fields.told_in(text)) == set(TOLD), "and none that there is not"


def test_an_event_without_words_is_found() -> None:
    text = "| event | what |\n|---|---|\n| `Told` | it happened |\n| `Silent` | |\n"
    assert event_fields.unexplained(["Told", "Silent", "Absent"], text) == ["Silent", "Absent"]


# ---------------------------------------------------------------- errors


def test_every_error_code_is_explained() -> None:
    assert errors.unexplained_errors(ApiError) == [], "give its class a docstring"


def test_every_reason_of_the_door_is_explained() -> None:
    text = section(page("reference/errors.md"), "Of the SIP door")
    assert event_fields.unexplained([str(each) for each in Reason], text) == []
    assert set(event_fields.told_in(text)) == {str(each) for each in Reason}


def test_an_error_without_words_is_found() -> None:
    class Root(ApiError):
        """Said."""

    class Planted(Root):
        status, code = 418, "planted"

    assert errors.unexplained_errors(Root) == ["planted"]
