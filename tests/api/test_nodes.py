"""PBX nodes: what is on them, and emptying one."""


async def test_a_node_is_drained_and_used_again(api) -> None:
    await api.staff("bob")
    (node,) = (await api.get("/v1/nodes"))["nodes"]
    idle = {"id": "n1", "status": "open", "draining": False, "drained": False, "contacts": 0, "legs": 0, "moving": 0}
    assert node == idle
    assert await api.do("/v1/nodes/n1/drain") == {**idle, "draining": True, "drained": True}
    assert 'cordpair_node_draining{node="n1"} 1.0' in await (await api.raw("GET", "/metrics", None)).text()
    assert await api.do("/v1/nodes/n1/drain") == {**idle, "draining": True, "drained": True}  # twice is once
    call = api.pbx.call("5002")
    await api.until(lambda state: state.contacts)
    (left,) = (await api.get("/v1/nodes", "read-only"))["nodes"]
    assert (left["draining"], left["drained"], left["contacts"]) == (True, False, 1)  # nowhere else to go: served here
    call.hang_up()
    await api.until(lambda state: not state.contacts)
    assert await api.do("/v1/nodes/n1/stop-draining") == idle


async def test_a_node_that_is_not_there(api) -> None:
    assert (await api.do("/v1/nodes/nowhere/drain", status=404))["error"]["code"] == "not_found"
