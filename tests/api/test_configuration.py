"""The configuration over the API: what is in force, drafts, checks, edits, and the way back."""

import json
import tomllib

import pytest

from api.centres import TEXT, centre
from api.conftest import Api, serving
from cordpair.config import difference, parse
from cordpair.store.drafts import MOST

HERE = "/v1/configuration"
ANNA = {"seat": "seat-anna", "queues": {"sales": {"tier": 2}}, "skills": {"german": 7}}


@pytest.fixture
async def api(tmp_path):
    async with centre(tmp_path) as found:
        yield found


async def edited(api: Api, who: str = "admin", **sections) -> dict:
    """What is in force, with other entries in some sections; as an editor sends it."""
    present = await api.get(HERE, who)
    config = {**present["config"], **sections}
    return {"base": present["revision"], "config": config, "order": present["order"]}


async def test_what_is_in_force_is_the_file(api) -> None:
    present = await api.get(HERE, "supervisor")
    assert (present["revision"], present["author"], present["edited"]) == (1, "root", False)
    assert present["at"] == "1970-01-01T00:00:01Z"
    assert present["order"]["services"] == ["sales", "support"]
    assert present["config"]["queues"]["support"] == {"wrap_up": "1m"}
    assert present["config"]["timing"] == {"settle": "0s"}
    response = await api.raw("GET", HERE + "/export", "supervisor")
    assert response.content_type == "text/plain"
    text = await response.text()
    assert parse(text).config == parse(TEXT).config
    assert tomllib.loads(text) == {**present["config"]}


async def test_check_tells_everything_and_changes_nothing(api) -> None:
    body = await edited(api, agents={"ann": {"seat": "nowhere", "skills": {"german": 11}, "queues": {"sales": {}}}})
    body.pop("base")
    body["config"]["queues"]["sales"]["max_wait"] = "soon"
    found = await api.do(HERE + "/check", body)
    paths = {each["path"]: each["severity"] for each in found["problems"]}
    wrong = {"agents.ann.seat", "agents.ann.skills.german", "queues.sales.max_wait"}
    assert {path for path, severity in paths.items() if severity == "error"} == wrong
    assert paths["queues.support"] == "warning", "no agent works it"
    assert (found["changes"], found["needs_restart"], found["more"]) == ([], [], 0)

    body = await edited(api, misses={"limit": 5}, http={"listen": "127.0.0.1:1"})
    body.pop("base")
    found = await api.do(HERE + "/check", body)
    assert found["changes"] == ['http.listen: not set → "127.0.0.1:1"', "misses.limit: not set → 5"]
    assert found["needs_restart"] == ["http"]
    assert (await api.get(HERE))["revision"] == 1


async def test_an_edit_is_applied_while_a_call_goes_on(api) -> None:
    await api.staff("ann")
    call = api.pbx.call("5001")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    legs = {leg: row.role for leg, row in api.state.legs.items()}
    body = await edited(api, misses={"limit": 5})
    body["config"]["agents"]["ann"]["shown_as"] = "Ann"
    applied = await api.do(HERE + "/apply", body)
    assert (applied["result"], applied["revision"]) == ("applied", 2)
    assert applied["changes"] == ['agents.ann.shown_as: not set → "Ann"', "misses.limit: not set → 5"]
    assert api.state.configuration.misses.limit == 5
    assert api.state.configuration.revision == 2
    assert {leg: row.role for leg, row in api.state.legs.items()} == legs
    assert [row.connection is not None for row in api.state.contacts.values()] == [True]
    assert call.ended_at is None
    present = await api.get(HERE)
    author = f"key {next(iter(api.keys.all))}"
    assert (present["revision"], present["edited"], present["author"]) == (2, True, author)
    assert present["config"]["misses"] == {"limit": 5}
    (noted,) = await api.office.store.audit.page(10)
    assert (noted.author, noted.what, noted.about) == (author, "configuration_applied", "revision 2")
    body["base"] = 2
    assert await api.do(HERE + "/apply", body) == {"result": "unchanged", "revision": 2, "changes": []}


async def test_what_is_only_shown_is_a_revision_too(api) -> None:
    """Nothing of it concerns the core: the journal has it all the same."""
    body = await edited(api)
    body["config"]["queues"]["sales"]["pops"] = [{"url": "https://crm.test/?c={customer}"}]
    applied = await api.do(HERE + "/apply", body)
    assert (applied["result"], applied["revision"]) == ("applied", 2)
    assert api.state.configuration.revision == 2
    body["config"]["queues"]["sales"]["pops"] = [{"url": "https://crm.test/?c={customer"}]
    status, answer = await api.ask("POST", HERE + "/apply", {**body, "base": 2})
    assert (status, answer["error"]["code"]) == (422, "unprocessable")
    assert [each["path"] for each in answer["error"]["problems"]] == ["queues.sales.pops[0].url"]


async def test_the_order_of_entries_counts(api) -> None:
    await api.do(HERE + "/changes", {"set": {"services.4711": {"queue": "sales", "dialled": ["4711"]}}})
    body = await edited(api)
    assert body["order"]["services"] == ["sales", "support", "4711"]
    # As a browser sends it: names that are numbers first.
    services = body["config"]["services"]
    body["config"]["services"] = {"4711": services.pop("4711"), **services}
    assert (await api.do(HERE + "/apply", body))["result"] == "unchanged"
    body["order"]["services"] = ["4711", "support"]
    applied = await api.do(HERE + "/apply", body)
    assert applied["changes"] == ["services: in another order"]
    assert [each.service for each in api.state.configuration.services] == ["4711", "support", "sales"]


async def test_what_needs_a_restart_is_refused_by_name(api) -> None:
    body = await edited(api, cell={"name": "other"}, misses={"limit": 5})
    status, answer = await api.ask("POST", HERE + "/apply", body)
    assert status == 422
    assert [each["path"] for each in answer["error"]["problems"]] == ["cell"]
    assert (await api.get(HERE))["revision"] == 1
    assert api.state.configuration.misses.limit == 3


async def test_what_is_in_use_is_refused_with_the_reason(api) -> None:
    api.pbx.call("5002")
    await api.until(lambda state: state.visits)
    remove: dict = {"remove": ["queues.support", "services.support", "agents.cleo"]}
    status, answer = await api.ask("POST", HERE + "/changes", remove)
    assert status == 422, "bob works it too"
    assert [each["path"] for each in answer["error"]["problems"]] == ["agents.bob.queues.support"]
    remove["set"] = {"agents.bob": {"queues": {"sales": {}}}}
    status, answer = await api.ask("POST", HERE + "/changes", remove)
    assert (status, answer["error"]["code"]) == (409, "refused")
    assert "queue 'support' cannot be removed: 1 contact waits in it" in answer["error"]["message"]
    assert (await api.get(HERE))["revision"] == 1


async def test_one_call_adds_an_agent_with_a_seat(api) -> None:
    adding = {"set": {"agents.anna": ANNA, "seats.seat-anna": {"endpoint": "anna"}}}
    applied = await api.do(HERE + "/changes", adding)
    assert applied["changes"] == ["seats.seat-anna: added", "agents.anna: added"]
    assert (await api.get("/v1/agents/anna"))["state"] == "signed_out"
    assert (await api.get(HERE))["config"]["agents"]["anna"] == ANNA
    removed = await api.do(HERE + "/changes", {"remove": ["agents.anna", "seats.seat-anna"], "base": 2})
    assert removed["changes"] == ["seats.seat-anna: removed", "agents.anna: removed"]
    for changes, path in (
        ({"remove": ["agents.anna"]}, "agents.anna"),
        ({"remove": ["agents"]}, "queues.sales"),
        ({"set": {"agent.anna": {}}}, "agent.anna"),
        ({"set": {"misses.limit": 3}}, "misses.limit"),
        ({"set": {"agents.anna": []}}, "agents.anna"),
        ({"set": {"agents.anna": {"seat": "none"}}}, "agents.anna.seat"),
        ({"set": {"agents.": {}}}, 'agents.""'),
        ({"remove": ["pbx.n1.url"]}, "pbx.n1.url"),
        ({"remove": ["timing.settle"]}, "timing.settle"),
        ({"set": {"skills.x\ny": "z"}}, 'skills."x\\u000Ay"'),
    ):
        status, answer = await api.ask("POST", HERE + "/changes", changes)
        if changes == {"remove": ["agents"]}:
            assert status == 200, "a section may be emptied; that nobody works is a warning"
            continue
        assert (status, answer["error"]["problems"][0]["path"]) == (422, path), answer
    await api.do(HERE + "/changes", {"set": {"agents.bob.k@x": {"seat": "seat-bob", "queues": {"sales": {}}}}})
    assert list((await api.get(HERE))["config"]["agents"]) == ["bob.k@x"]


async def test_a_draft_is_kept_as_it_is(tmp_path) -> None:
    async with centre(tmp_path) as api:
        assert (await api.ask("GET", HERE + "/draft"))[0] == 404
        body = {"base": 1, "config": {"agents": {"7": {"seat": 5}, "b": {}}, "x": [None]}, "order": {"agents": ["b"]}}
        kept = await api.ask("PUT", HERE + "/draft", body)
        assert kept[0] == 200
        keys, written = api.keys.all, api.keys.written
        api.keys.written = {}
        assert (await api.ask("GET", HERE + "/draft"))[0] == 404, "another's"
    async with centre(tmp_path) as api:  # after a restart
        api.keys.all, api.keys.written = keys, written
        draft = await api.get(HERE + "/draft")
        assert draft == kept[1]
        assert (draft["base"], draft["order"]) == (1, {"agents": ["b", "7"]})
        assert draft["config"] == body["config"]
        assert (await api.ask("DELETE", HERE + "/draft"))[0] == 204
        assert (await api.ask("GET", HERE + "/draft"))[0] == 404
        assert (await api.ask("DELETE", HERE + "/draft"))[0] == 204


async def test_there_are_so_many_drafts(api) -> None:
    for _ in range(MOST + 5):
        api.keys.written.pop("admin", None)
        assert (await api.ask("PUT", HERE + "/draft", {"base": 1, "config": {}}))[0] == 200
    count = await api.office.store._thread.ask(lambda db: db.table("drafts").count)
    assert count == MOST


async def test_history_and_the_way_back(api) -> None:
    await api.do(HERE + "/changes", {"set": {"misses": {"limit": 5}}})
    await api.do(HERE + "/changes", {"set": {"queues.extra": {}}, "base": 2})
    listed = (await api.get(HERE + "/revisions", "supervisor"))["revisions"]
    assert [(each["revision"], each["origin"]) for each in listed] == [(3, "edit"), (2, "edit"), (1, "file")]
    assert len((await api.get(HERE + "/revisions?limit=1&before=3"))["revisions"]) == 1
    second = await api.get(HERE + "/revisions/2", "supervisor")
    assert second["changes"] == ["misses.limit: not set → 5"]
    assert parse(second["text"]).config.misses.limit == 5
    first = await api.get(HERE + "/revisions/1")
    assert first["text"] == TEXT
    assert "agents.ann: added" in first["changes"]
    back = await api.do(HERE + "/revisions/1/roll-back", {"base": 3})
    assert (back["result"], back["revision"]) == ("applied", 4)
    assert back["changes"] == ["queues.extra: removed", "misses.limit: 5 → not set"]
    assert difference(parse(await (await api.raw("GET", HERE + "/export")).text()).config, parse(TEXT).config) == []
    for wrong in ("9", "x", "0", "-1", "1e3", "9" * 40):
        assert (await api.ask("GET", f"{HERE}/revisions/{wrong}"))[0] == 404
        assert (await api.ask("POST", f"{HERE}/revisions/{wrong}/roll-back", {"base": 4}))[0] == 404


async def test_a_way_back_that_is_no_more(api) -> None:
    """A revision of an older version, or one that would need a restart, is refused with what is wrong."""

    def spoil(db) -> None:
        rows = {2: '[http]\nlisten = "127.0.0.1:1"\n' + TEXT, 3: TEXT.replace("wrap_up", "wrapping")}
        for number, text in rows.items():
            db.table("revisions").insert({
                "revision": number, "at": 1, "author": "x", "origin": "edit", "source": "", "file_hash": "",
                "content_hash": str(number), "text": text,
            })  # fmt: skip

    await api.office.store._thread.ask(spoil)
    status, answer = await api.ask("POST", HERE + "/revisions/2/roll-back", {"base": 1})
    assert (status, [each["path"] for each in answer["error"]["problems"]]) == (422, ["http"])
    status, answer = await api.ask("POST", HERE + "/revisions/3/roll-back", {"base": 1})
    assert (status, [each["path"] for each in answer["error"]["problems"]]) == (422, ["queues.support.wrapping"])
    assert (await api.get(HERE + "/revisions/3"))["changes"][0].startswith('http.listen: "127')
    assert api.state.configuration.revision == 1


async def test_import_gives_what_becomes_a_draft(api) -> None:
    found = await api.do(HERE + "/import", {"text": TEXT.replace('"60s"', '"61s"')})
    assert (found["problems"], found["changes"]) == ([], ['queues.support.wrap_up: "1m" → "1m1s"'])
    applied = await api.do(HERE + "/apply", {"base": 1, "config": found["config"], "order": found["order"]})
    assert applied["changes"] == found["changes"]
    text = await (await api.raw("GET", HERE + "/export")).text()
    again = await api.do(HERE + "/import", {"text": text})
    assert (again["problems"], again["changes"], again["needs_restart"]) == ([], [], [])
    wrong = await api.do(HERE + "/import", {"text": "[agents.x]\nseat = 1979-05-27\n[queues"})
    assert wrong["config"] is None
    assert wrong["problems"][0]["path"] == ""
    dated = await api.do(HERE + "/import", {"text": "[agents.x]\nseat = 1979-05-27"})
    assert "agents.x.seat" in {each["path"] for each in dated["problems"]}
    assert dated["config"] == {"agents": {"x": {"seat": "1979-05-27"}}}
    assert (await api.do(HERE + "/import", {"text": "a." * 50_000 + "b = 1"}))["config"] is None


async def test_without_a_file_there_is_nothing_to_change(tmp_path) -> None:
    async with serving(tmp_path) as api:
        for method, path, body in (
            ("GET", "", None), ("GET", "/export", None), ("GET", "/draft", None), ("GET", "/revisions", None),
            ("POST", "/check", {"config": {}}), ("POST", "/apply", {"base": 1, "config": {}}),
            ("POST", "/changes", {}), ("POST", "/import", {"text": ""}),
        ):  # fmt: skip
            status, answer = await api.ask(method, HERE + path, body)
            assert (status, answer["error"]["code"]) == (409, "refused"), path
        assert (await api.get(HERE + "/shape", "supervisor"))["sections"]


async def test_the_shape_is_enough_for_forms(api) -> None:
    sections = {each["name"]: each for each in (await api.get(HERE + "/shape"))["sections"]}
    assert sections["services"]["ordered"] and sections["pbx"]["needs_restart"]
    queue = {each["name"]: each for each in sections["queues"]["of"]["fields"]}
    assert (queue["wrap_up"]["kind"], queue["wrap_up"]["default"], queue["wrap_up"]["max"]) == (
        "duration",
        "0s",
        "366d",
    )
    assert "longest_idle" in queue["strategy"]["choices"]
    step = {each["name"]: each for each in queue["steps"]["of"]["fields"]}
    assert step["levels"]["key"]["reference"] == "skills"
    assert (step["levels"]["of"]["min"], step["levels"]["of"]["max"]) == (1, 10)
    assert queue["on_timeout"]["kind"] == "action"
    assert queue["on_timeout"]["default"] == {"hang_up": "normal"}
    assert queue["overflow"]["fields"][0]["reference"] == "queues"
    assert queue["overflow"]["fields"][1]["above"] == 0
    agent = {each["name"]: each for each in sections["agents"]["of"]["fields"]}
    assert (agent["seat"]["kind"], agent["seat"]["reference"]) == ("reference", "seats")
    assert agent["queues"]["key"]["reference"] == "queues"
    pbx = {each["name"]: each for each in sections["pbx"]["of"]["fields"]}
    assert pbx["password"]["kind"] == "secret" and pbx["url"]["required"]
    assert json.dumps(sections).count("docs/") < 20
