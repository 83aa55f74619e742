"""The operator's words arrive in the core, all of them."""

import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from config.valid import configs
from cordpair.acd import configuration as acd
from cordpair.acd.causes import Cause
from cordpair.config import Config, load, parse
from cordpair.config import model as config
from cordpair.ids import SeatId
from cordpair.store import to_configuration

# Ids are strings; a test need not say which.
NEW: Any = acd

EXAMPLE = Path(__file__).parents[2] / "cordpair.example.toml"


def test_the_example() -> None:
    mapped = to_configuration(load(EXAMPLE).config, 7)
    assert (mapped.revision, mapped.cell, mapped.nodes) == (7, "main", ("main", "second"))
    billing, general, chat, callbacks = mapped.queues
    assert billing.steps == (
        acd.Step(0, {"german": 7, "billing": 5}),
        acd.Step(30_000, {"german": 4}),
        acd.Step(90_000, {}),
    )
    assert (billing.wrap_up_ms, billing.max_wait_ms, billing.max_length, billing.sticky_ms) == (
        15_000,
        3_600_000,
        200,
        20_000,
    )
    assert billing.on_timeout == acd.HangUpAction(Cause.NORMAL, "welcome")
    assert billing.on_no_agent_signed_in == NEW.QueueAction("general")
    assert billing.on_no_agent_ready == NEW.ServiceAction("main-line")
    assert billing.exit_keys == {"0": NEW.QueueAction("general"), "#": acd.HangUpAction()}
    assert billing.overflow == NEW.Overflow("general", 12.5)
    assert general == NEW.Queue("general")
    assert chat == NEW.Queue("chat", medium="chat")
    assert callbacks == NEW.Queue("callbacks", medium="callback")
    anna, ben, _ = mapped.agents
    assert anna.capacity == {"voice": 1, "chat": 3, "callback": 1}
    assert anna.assignments[0] == NEW.Assignment("billing", 1, 30_000, True, 45_000)
    assert ben == NEW.Agent("ben", {"english": 8}, (NEW.Assignment("general"),), "102")
    assert mapped.seats[:2] == (NEW.Seat("101", "101", "main"), NEW.Seat("102", "102"))
    assert mapped.services[0] == NEW.Service(
        "billing-line",
        "billing",
        ("4711", "4712"),
        ("billing",),
        ("cordpair-in",),
        (acd.Step(0, {"billing": 3}), acd.Step(60_000, {})),
        120_000,
        ("CUSTOMER_NUMBER",),
    )
    codes = {code.code: (code.action.value, code.reason) for code in mapped.codes}
    assert codes == {
        "011": ("sign_in", ""),
        "022": ("sign_out", ""),
        "033": ("ready", ""),
        "055": ("wrap_up_done", ""),
        "0441": ("not_ready", "break"),
        "0442": ("not_ready", "meal"),
        "01112": ("sign_in", ""),
    }
    assert {code.code: code.agent for code in mapped.codes if code.agent} == {"01112": "ben"}
    assert mapped.reasons == ("break", "meal", "training")
    assert mapped.prompts["welcome"] == "sound:queue-thankyou"


def test_what_an_agent_may_say_and_who_is_called_back() -> None:
    billing = to_configuration(load(EXAMPLE).config, 7).queues[0]
    assert billing.on_no_show == "callbacks"
    assert billing.dispositions == ("solved", "to be called back", "wrong number")
    seats = {seat.seat: seat.browser for seat in to_configuration(load(EXAMPLE).config, 7).seats}
    assert seats[SeatId("carla-web")] and not seats[SeatId("101")]
    accounts = {seat.seat for seat in to_configuration(load(EXAMPLE).config, 7).seats if seat.account}
    assert accounts == {SeatId("105")}


def test_an_empty_file_gives_the_defaults_of_the_core() -> None:
    mapped = to_configuration(parse('[pbx.a]\nurl = "loopback:"\n[queues.q]\n[agents.x]\n').config, 1)
    assert mapped.queues == (NEW.Queue("q"),)
    assert mapped.agents == (NEW.Agent("x"),)
    assert (mapped.misses, mapped.timing, mapped.no_service) == (
        acd.Misses(),
        acd.Timing(),
        acd.HangUpAction(Cause.UNREACHABLE),
    )


@given(configs())
def test_any_configuration_is_one_that_the_core_can_journal(given_config) -> None:
    mapped = to_configuration(given_config, 3)
    assert msgspec.json.decode(msgspec.json.encode(mapped), type=acd.Configuration) == mapped


@given(configs())
def test_every_plain_value_of_any_configuration_arrives(given_config) -> None:
    mapped = to_configuration(given_config, 3)
    pairs: list[tuple[Any, Any]] = [(mapped.misses, given_config.misses), (mapped.timing, given_config.timing)]
    for entities, table in (
        (mapped.queues, given_config.queues),
        (mapped.agents, given_config.agents),
        (mapped.seats, given_config.seats),
        (mapped.services, given_config.services),
    ):
        pairs += zip(entities, table.values(), strict=True)
    for agent, entity in zip(mapped.agents, given_config.agents.values(), strict=True):
        pairs += zip(agent.assignments, entity.queues.values(), strict=True)
        assert [assignment.queue for assignment in agent.assignments] == list(entity.queues)
    for core, file in pairs:
        for name in core.__struct_fields__:
            value = getattr(core, name)
            if isinstance(value, str | int | None) and name.removesuffix("_ms") not in ELSEWHERE:
                assert value == getattr(file, name.removesuffix("_ms")) or isinstance(value, acd.Strategy)


PAIRS = [
    (acd.Queue, config.Queue),
    (acd.Assignment, config.Assignment),
    (acd.Agent, config.Agent),
    (acd.Seat, config.Seat),
    (acd.Service, config.Service),
    (acd.Step, config.Step),
    (acd.Misses, config.Misses),
    (acd.Timing, config.Timing),
    (acd.Overflow, config.Overflow),
    (acd.Configuration, Config),
]
# What goes by another name in the file: the name of an entity is its table's, and so on.
ELSEWHERE = {
    "queue",
    "agent",
    "seat",
    "service",
    "assignments",
    "web",
    "web_accept",
    "on_no_show",
    "revision",
    "nodes",
    "codes",
    "agent_contexts",
    "peers",
    "addresses",
}


@pytest.mark.parametrize(("core", "file"), PAIRS, ids=lambda struct: struct.__name__)
def test_what_the_core_can_be_told_can_be_written(core, file) -> None:
    wanted = {name.removesuffix("_ms") for name in core.__struct_fields__} - ELSEWHERE
    assert wanted <= set(file.__struct_fields__)


def test_the_words_are_the_same() -> None:
    assert set(typing.get_args(config.Strategy)) == {strategy.value for strategy in acd.Strategy}
    assert set(typing.get_args(config.Cause)) <= {cause.value for cause in Cause}
    assert set(config.Codes.__struct_fields__) == {action.value for action in acd.FeatureAction}
