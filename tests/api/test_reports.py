"""Reports, ended contacts and their stories: what the process beside the engine counts, over the API."""

import asyncio
import csv
import io
from datetime import UTC, datetime

import pytest

from api.conftest import Api
from cordpair.api import Role
from cordpair.api.errors import ApiError
from cordpair.api.reports import ask
from cordpair.errors import ConfigurationError
from cordpair.ids import QueueId
from cordpair.reports import INTERVAL_MS
from cordpair.reports.archive import NoSuchContact
from cordpair.reports.clerk import Behind, Busy, Gone, Refused
from cordpair.reports.clerk.questions import Follow
from cordpair.reports.days import TooMuch
from cordpair.reports.formats import NotInstalled
from cordpair.reports.patience import TooSlow


@pytest.fixture
async def shift(counted_api) -> Api:
    """Two callers of sales: ann takes one, who hangs up; the other gives up. One of support waits."""
    api = counted_api
    await api.staff("ann")
    first = api.pbx.call("5001", number="+4930123456", name="=cmd()|Ada")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    api.pbx.call("5001", patience_ms=100)
    await api.until(lambda state: state.queues[QueueId("sales")].waiting == 1)
    await api.until(lambda state: state.queues[QueueId("sales")].waiting == 0)
    first.hang_up()
    await api.until(lambda state: not state.contacts)
    api.pbx.call("5002", number="+4930999")
    await api.until(lambda state: state.queues[QueueId("support")].waiting == 1)
    return api


async def test_a_report_is_as_of_what_is_committed(shift) -> None:
    found = await shift.get("/v1/reports")
    sales, support = found["lines"]
    assert sales["by"] == {"queue": "sales"} and support["by"] == {"queue": "support"}
    measures = sales["measures"]
    assert (measures["offered"], measures["answered"], measures["abandoned"]) == (2, 1, 1)
    assert (support["measures"]["offered"], support["measures"]["waiting"]) == (1, 1)
    assert found["total"]["offered"] == 3 and found["definitions"] == 1
    assert found["differences"] == [] and found["complete_from"] is None and found["by"] == ["queue"]
    assert found["units"]["service_level"] == "share" and set(found["units"]) == set(measures)
    assert datetime.fromisoformat(found["final_until"]) <= datetime.fromisoformat(found["as_of"])


@pytest.mark.parametrize("by", ["interval", "hour", "day", "week", "agent", "skill", "service", "disposition"])
async def test_by_each(shift, by) -> None:
    found = await shift.get(f"/v1/reports?by={by}&zone=Asia/Kathmandu")
    assert sum(line["measures"]["handled"] for line in found["lines"]) == 1
    assert all(list(line["by"]) == [by] for line in found["lines"])


async def test_filters(shift) -> None:
    assert [line["by"]["queue"] for line in (await shift.get("/v1/reports?queue=sales"))["lines"]] == ["sales"]
    (ann,) = (await shift.get("/v1/reports?agent=ann&by=agent"))["lines"]
    assert ann["measures"]["handled"] == 1 and ann["measures"]["signed_in_s"] > 0
    assert (await shift.get("/v1/reports?service=moon"))["lines"] == []


async def test_as_csv_and_parquet(shift) -> None:
    response = await shift.raw("GET", "/v1/reports?format=csv&by=queue,agent")
    assert response.content_type == "text/csv" and "attachment" in response.headers["Content-Disposition"]
    (line,) = csv.DictReader(io.StringIO(await response.text()))
    assert (line["queue"], line["agent"], line["handled"]) == ("sales", "ann", "1")
    response = await shift.raw("GET", "/v1/reports?format=parquet")
    from pyarrow import parquet

    table = parquet.read_table(io.BytesIO(response._body or b""))
    assert table.column("offered").to_pylist() == [2, 1] and table.column("queue").to_pylist() == ["sales", "support"]
    assert b'"definitions":1' in table.schema.metadata[b"cordpair"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("by=moon", 400, "by"),
        ("by=day,day", 400, "by"),
        ("zone=Mars/Olympus", 400, "zone"),
        ("from=yesterday", 400, "from"),
        ("from=2026-02-02&to=2026-02-01", 400, "to"),
        ("threshold=-1", 400, "threshold"),
        ("format=xls", 400, "format"),
        ("definitions=2", 400, "definitions"),
        ("from=1990-01-01&to=2026-01-01", 422, None),
    ],
)
async def test_bad_wishes(counted_api, query, status, field) -> None:
    got, answer = await counted_api.ask("GET", f"/v1/reports?{query}")
    assert got == status, answer
    assert answer["error"].get("field") == field


async def test_today(shift) -> None:
    found = await shift.get("/v1/reports/today")
    by_queue = {each["queue"]: each for each in found["queues"]}
    assert set(by_queue) == {"sales", "support", "mails"} and found["complete"]
    assert (by_queue["sales"]["offered"], by_queue["sales"]["abandoned"], by_queue["support"]["waiting"]) == (2, 1, 1)
    assert by_queue["mails"]["service_level"] is None
    assert sum(line["measures"]["offered"] for line in found["lines"]) == 3
    assert datetime.fromisoformat(found["begins"]) <= datetime.now(UTC) < datetime.fromisoformat(found["ends"])


async def test_history(shift) -> None:
    found = await shift.get("/v1/history")
    newest, oldest = found["contacts"]
    assert (newest["id"], oldest["id"]) == ("r-c1", "r-c2") and found["next"] is None
    assert (newest["outcome"], newest["agents"], newest["queues"]) == ("connected", ["ann"], ["sales"])
    assert newest["talked"] > 0 and newest["caller"] == {"number": "+4930123456", "name": "=cmd()|Ada"}
    assert (oldest["outcome"], oldest["end"]) == ("abandoned", "caller_hung_up")
    page = await shift.get("/v1/history?limit=1")
    assert [each["id"] for each in page["contacts"]] == ["r-c1"]
    page = await shift.get(f"/v1/history?limit=1&after={page['next']}")
    assert [each["id"] for each in page["contacts"]] == ["r-c2"] and page["next"] is None
    for query, ids in (("agent=ann", ["r-c1"]), ("outcome=abandoned", ["r-c2"]), ("queue=support", []),
                       ("medium=voice", ["r-c1", "r-c2"]), ("to=2020-01-01", [])):  # fmt: skip
        contacts = (await shift.get(f"/v1/history?{query}"))["contacts"]
        assert [each["id"] for each in contacts] == ids, query


async def test_a_story(shift) -> None:
    found = await shift.get("/v1/contacts/r-c1/story")
    kinds = [each["kind"] for each in found["moments"]]
    assert kinds[0] == "contact_arrived" and kinds[-1] == "contact_ended" and "contact_connected" in kinds
    (offer,) = found["offers"]
    assert (offer["agent"], offer["outcome"], offer["strategy"]) == ("ann", "connected", "longest_idle")
    assert offer["why"]["candidates"][0] == {"agent": "ann", "chosen": True, "passed_over": []}
    assert sum(offer["why"]["others"].values()) == 2
    (talk,) = found["conversations"]
    assert (talk["agent"], talk["queue"], talk["ended_by"]) == ("ann", "sales", "caller") and talk["talked"] > 0
    assert found["visits"][0]["outcome"] == "connected" and not found["partial"] and found["recording"] is None
    assert found["caller"]["number"] == "+4930123456"


async def test_a_story_of_one_who_is_here_still(shift) -> None:
    found = await shift.get("/v1/contacts/r-c3/story")
    assert (found["contact"]["ended_at"], found["contact"]["position"]) == (None, None)
    assert found["moments"][-1]["kind"] == "visit_began" and found["visits"][0]["ended_at"] is None
    assert (await shift.ask("GET", "/v1/contacts/r-c99/story"))[0] == 404


async def test_personal_data_is_for_those_who_may_see_it(shift) -> None:
    for path in ("/v1/history", "/v1/contacts/r-c1/story", "/v1/reports?by=interval", "/v1/reports/today"):
        text = await (await shift.raw("GET", path, who="read-only")).text()
        assert "+4930" not in text and "Ada" not in text and '"caller":' not in text and '"notes"' not in text


async def test_a_key_of_some_queues_sees_those(shift) -> None:
    shift.keys.written["supervisor"] = shift.keys.add(Role.SUPERVISOR, queues=("support",))
    report = await shift.get("/v1/reports", who="supervisor")
    assert [line["by"]["queue"] for line in report["lines"]] == ["support"] and report["total"]["offered"] == 1
    assert (await shift.get("/v1/reports?by=agent", who="supervisor"))["lines"] == []
    today = await shift.get("/v1/reports/today", who="supervisor")
    assert [each["queue"] for each in today["queues"]] == ["support"]
    assert sum(line["measures"]["offered"] for line in today["lines"]) == 1
    assert (await shift.get("/v1/history", who="supervisor"))["contacts"] == []
    assert (await shift.ask("GET", "/v1/contacts/r-c1/story", who="supervisor"))[0] == 404
    assert (await shift.ask("GET", "/v1/contacts/r-c3/story", who="supervisor"))[0] == 200


async def test_the_process_that_counts_may_die(shift) -> None:
    """It is killed: the next answer is as right as before, and calls never notice."""
    clerk = shift.office.reports
    before = (await shift.get("/v1/reports"))["lines"]
    clerk._worker._process.kill()
    await clerk._worker._process.wait()
    async with asyncio.timeout(30):
        while (got := await shift.ask("GET", "/v1/reports"))[0] != 200:
            assert got[0] == 503
            await asyncio.sleep(0.2)  # sleep: it is started again after some seconds
    assert got[1]["lines"] == before


async def test_an_interval_is_reconciled(shift, monkeypatch, caplog) -> None:
    """The engine's own live counters, the process and the journal; then with a visit too many in one of them."""
    clerk = shift.office.reports
    monkeypatch.setattr("cordpair.reports.clerk.clerk.SETTLE_MS", -INTERVAL_MS)  # the quarter that runs
    clerk._reconciled_start = 0
    await clerk._reconcile()
    found = await shift.get("/v1/reports")
    assert found["reconciled"]["agrees"] and found["disagreements"] == []
    assert (await shift.get("/v1/reports/today"))["reconciled"] == found["reconciled"]
    start = round(datetime.fromisoformat(found["reconciled"]["start"]).timestamp() * 1_000)
    assert clerk.live.counts(start)["sales", "offered"] >= 1 and clerk.reconciled.seq == found["reconciled"]["seq"]
    clerk.live._note(start, "sales", "offered")
    clerk._reconciled_start = 0
    await clerk._reconcile()
    found = await shift.get("/v1/reports")
    (difference,) = found["reconciled"]["differences"]
    assert difference["figure"] == "offered" and difference["live"] == difference["stored"] + 1
    assert difference["stored"] == difference["journal"] and found["disagreements"] == [found["reconciled"]]
    assert "reports disagree" in caplog.text
    text = await (await shift.raw("GET", "/metrics", who=None)).text()
    assert "cordpair_reports_disagreements_total 1.0" in text


class Failing:
    """In the place of the one that counts."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def ask(self, question: object) -> bytes:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "field"),
    [
        (NotInstalled("format: Parquet needs pyarrow"), 406, "format"),
        (TooMuch("by: makes 30000 lines"), 422, None),
        (TooSlow("to: takes too long; ask for fewer days"), 422, None),
        (ConfigurationError("zone: no such"), 400, "zone"),
        (NoSuchContact("There is no contact."), 404, None),
        (Busy("Too many ask."), 429, None),
        (Behind("Entry 1 of 2 is counted."), 503, None),
        (Gone("It ended."), 503, None),
        (Refused("It cannot be read."), 503, None),
    ],
)
async def test_what_cannot_be_told_is_said(error, status, field) -> None:
    with pytest.raises(ApiError) as caught:
        await ask(Failing(error), Follow(1))  # type: ignore[arg-type]
    assert (caught.value.status, caught.value.field) == (status, field)


async def test_an_engine_that_counts_nothing_says_so(api) -> None:
    for path in ("/v1/reports", "/v1/reports/today", "/v1/history", "/v1/contacts/r-c1/story"):
        assert (await api.ask("GET", path))[0] == 503
