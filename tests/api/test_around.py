"""What rows show beside the tables, and that they change with it though no entry says so."""

from zoneinfo import ZoneInfo

from api.centres import TEXT, centre
from cordpair.api.hub import Hub
from cordpair.api.touched import Kind
from cordpair.reports import Live, Policy


async def test_the_days_figures_change_the_row(api) -> None:
    live = Live(ZoneInfo("UTC"), Policy(), api.engine.clock.now_ms)
    hub = Hub(api.engine, live)
    hub.watchers.append(live.see)
    async with hub.running():
        board = await hub.current()
        assert board.pieces[Kind.QUEUE]["sales"].view.today.offered == 0
        call = api.pbx.call("5001")
        await api.until(lambda state: state.visits)
        await api.engine.flushed()
        await hub.current()
        assert board.pieces[Kind.QUEUE]["sales"].view.today.offered == 1
        call.hang_up()
        await api.until(lambda state: not state.contacts)
        await api.engine.flushed()
        await hub.current()
        today = board.pieces[Kind.QUEUE]["sales"].view.today
        assert (today.abandoned, today.abandon_rate) == (1, 1.0)


async def test_thresholds_and_names_of_a_new_configuration_are_streamed(tmp_path) -> None:
    """They are no matter of the core: what the entry says of a queue is the same as before."""
    async with (
        centre(tmp_path) as api,
        api.http.ws_connect(api.url + "/v1/stream", headers=api.headers("admin"), max_msg_size=0) as socket,
    ):
        first = await socket.receive_json()
        assert {row["id"]: row["alarms"] for row in first["queues"]}["sales"] == {}
        text = TEXT.replace("[queues.sales]", "[queues.sales]\nalarms = { waiting = 3 }")
        text = text.replace("[agents.ann]", '[agents.ann]\nshown_as = "Ann Lee"')
        (tmp_path / "cordpair.toml").write_text(text)
        await api.do("/v1/configuration/reload")
        seen: dict[str, dict[str, int]] = {}
        names: dict[str, str] = {}
        while seen.get("sales") != {"waiting": 3} or names.get("ann") != "Ann Lee":
            message = await socket.receive_json()
            seen |= {row["id"]: row["alarms"] for row in message["queues"]}
            names |= {row["id"]: row["name"] for row in message["agents"]}
