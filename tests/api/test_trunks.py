"""Trunks over the API: what is observed, in the configuration that is in force."""

import asyncio

from api.centres import TEXT, centre

TRUNKS = '[trunks.trunk]\naddresses = ["192.0.2.1"]\nnumbers = ["5001"]\n'


async def one(api) -> dict:
    (found,) = (await api.get("/v1/trunks", "read-only"))["trunks"]
    return found


async def test_a_trunk_is_shown_with_what_is_wrong(tmp_path) -> None:
    async with centre(tmp_path, TRUNKS + TEXT) as api:
        found = await one(api)
        assert (found["id"], found["node"], found["status"], found["asked"]) == ("trunk", "n1", "unknown", True)
        assert (found["since"], found["calls"], found["alarms"]) == (None, 0, [])
        api.pbx.call("5001", number="0301", to="5001")
        api.pbx.call("5002", number="0302", to="5002")
        api.pbx.call("5001", number="0303", endpoint="another")
        await api.until(lambda state: len(state.contacts) == 3)
        found = await one(api)
        assert (found["calls"], found["unknown_numbers"], found["alarms"]) == (2, 1, ["unknown_number"])
        metrics = await (await api.raw("GET", "/metrics", None)).text()
        assert 'cordpair_trunk_alarm{alarm="unknown_number",node="n1",trunk="trunk"} 1.0' in metrics
        assert "cordpair_trunk_up{" not in metrics  # nobody knows


async def test_a_changed_configuration_is_followed(tmp_path) -> None:
    async with centre(tmp_path, TRUNKS + TEXT) as api:
        api.pbx.call("5001", to="5001")
        await api.until(lambda state: state.contacts)
        entry = {"addresses": ["192.0.2.1"], "options": "0s"}
        await api.do("/v1/configuration/changes", {"set": {"trunks": {"trunk": entry, "another": entry}}})
        async with asyncio.timeout(5):
            while len(found := (await api.get("/v1/trunks"))["trunks"]) != 2:
                await asyncio.sleep(0.05)  # sleep: followed within a second, and nobody is told
        assert {each["id"]: (each["calls"], each["asked"]) for each in found} == {
            "trunk": (1, False),
            "another": (0, False),
        }


async def test_agents_do_not_see_trunks(tmp_path) -> None:
    async with centre(tmp_path, TRUNKS + TEXT) as api:
        assert (await api.ask("GET", "/v1/trunks", who="ann"))[0] == 403
