"""The operator's configuration as the core uses it."""

from cordpair.acd import configuration as acd
from cordpair.acd.causes import Cause
from cordpair.config import Config
from cordpair.config.model import Action, Agent, Queue, Seat, Service, Step
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId


def to_configuration(config: Config, revision: int) -> acd.Configuration:
    """``config`` was checked: what it refers to exists."""
    return acd.Configuration(
        revision=revision,
        cell=config.cell.name,
        nodes=tuple(map(NodeId, config.pbx)),
        queues=tuple(_queue(name, queue) for name, queue in config.queues.items()),
        agents=tuple(_agent(name, agent) for name, agent in config.agents.items()),
        seats=tuple(
            acd.Seat(SeatId(name), seat.endpoint, _node(seat), seat.browser, seat.account)
            for name, seat in config.seats.items()
        ),
        services=tuple(_service(name, service) for name, service in config.services.items()),
        codes=_codes(config),
        reasons=tuple(config.reasons),
        agent_contexts=config.phones.contexts,
        no_service=acd.HangUpAction(Cause(config.no_service.hang_up or Cause.NORMAL), config.no_service.prompt),
        prompts=config.prompts,
        misses=acd.Misses(
            limit=config.misses.limit,
            miss_delay_ms=config.misses.miss_delay,
            reject_delay_ms=config.misses.reject_delay,
            busy_delay_ms=config.misses.busy_delay,
            unreachable_delay_ms=config.misses.unreachable_delay,
        ),
        timing=acd.Timing(
            join_timeout_ms=config.timing.join_timeout,
            settle_ms=config.timing.settle,
            closing_timeout_ms=config.timing.closing_timeout,
            hang_up_timeout_ms=config.timing.hang_up_timeout,
            move_timeout_ms=config.timing.move_timeout,
        ),
        peers={
            NodeId(name): {NodeId(peer): trunk for peer, trunk in pbx.peers.items()}
            for name, pbx in config.pbx.items()
            if pbx.peers
        },
        web=acd.Web(
            call_within_ms=config.gateway.call_within,
            grace_ms=config.gateway.grace,
            desk_grace_ms=config.gateway.desk_grace,
            video_skill=config.gateway.video_skill,
            contexts=config.gateway.contexts if config.portals else (),  # else they are as any other
        ),
        calls=acd.Calls(
            ring_agent_ms=config.calls.ring_agent,
            ring_customer_ms=config.calls.ring_customer,
            trunks={NodeId(name): acd.Trunk(each.dial, each.caller_id) for name, each in config.calls.trunks.items()},
        ),
        addresses={NodeId(name): pbx.address for name, pbx in config.pbx.items() if pbx.address is not None},
    )


def _node(seat: Seat) -> NodeId | None:
    return NodeId(seat.node) if seat.node is not None else None


def _queue(name: str, queue: Queue) -> acd.Queue:
    return acd.Queue(
        queue=QueueId(name),
        medium=queue.medium,
        strategy=acd.Strategy(queue.strategy),
        steps=_steps(queue.steps),
        head_start_ms=queue.head_start,
        offer_timeout_ms=queue.offer_timeout,
        wrap_up_ms=queue.wrap_up,
        max_wait_ms=queue.max_wait,
        max_length=queue.max_length,
        on_timeout=_action(queue.on_timeout),
        on_full=_action(queue.on_full),
        on_no_agent_signed_in=_optional(queue.on_no_agent_signed_in),
        on_no_agent_ready=_optional(queue.on_no_agent_ready),
        no_agent_after_ms=queue.no_agent_after,
        exit_keys={key: _action(action) for key, action in queue.exit_keys.items()},
        overflow=acd.Overflow(QueueId(queue.overflow.queue), queue.overflow.percent) if queue.overflow else None,
        sticky_ms=queue.sticky,
        progress_ms=queue.progress,
        group_size=queue.group_size,
        music=queue.music,
        prompt=queue.prompt,
        web=acd.WebMode(queue.web),
        web_accept=queue.web_accept == "desktop",
        web_retries=queue.web_retries,
        on_no_show=_call_back(queue.on_no_show),
        audio_after_ms=queue.audio_after,
        dispositions=queue.dispositions,
    )


def _call_back(action: Action | None) -> QueueId | None:
    return QueueId(action.queue) if action is not None and action.queue is not None else None


def _agent(name: str, agent: Agent) -> acd.Agent:
    assignments = tuple(
        acd.Assignment(QueueId(queue), each.tier, each.offset, each.active, each.wrap_up)
        for queue, each in agent.queues.items()
    )
    return acd.Agent(
        agent=AgentId(name),
        skills=dict(agent.skills),
        assignments=assignments,
        seat=SeatId(agent.seat) if agent.seat is not None else None,
        wrap_up_ms=agent.wrap_up,
        capacity=dict(agent.capacity),
    )


def _service(name: str, service: Service) -> acd.Service:
    return acd.Service(
        service=ServiceId(name),
        queue=QueueId(service.queue),
        dialled=service.dialled,
        to=service.to,
        contexts=service.contexts,
        steps=_steps(service.steps) if service.steps is not None else None,
        head_start_ms=service.head_start,
        variables=service.variables,
    )


def _codes(config: Config) -> tuple[acd.FeatureCode, ...]:
    """Not ready is dialled with a reason: the code, then the reason's digit; at a foreign phone one signs in with the
    code, then one's number."""
    codes = config.phones.codes
    plain = {
        acd.FeatureAction.SIGN_IN: codes.sign_in,
        acd.FeatureAction.SIGN_OUT: codes.sign_out,
        acd.FeatureAction.READY: codes.ready,
        acd.FeatureAction.WRAP_UP_DONE: codes.wrap_up_done,
    }
    found = [acd.FeatureCode(code, action) for action, each in plain.items() for code in each]
    for name, reason in config.reasons.items():
        if reason.digit is not None:
            found += [
                acd.FeatureCode(code + reason.digit, acd.FeatureAction.NOT_READY, name) for code in codes.not_ready
            ]
    for name, agent in config.agents.items():
        if agent.number is not None:
            found += [
                acd.FeatureCode(code + agent.number, acd.FeatureAction.SIGN_IN, agent=AgentId(name))
                for code in codes.sign_in
            ]
    return tuple(found)


def _steps(steps: tuple[Step, ...]) -> tuple[acd.Step, ...]:
    return tuple(acd.Step(step.after, dict(step.levels)) for step in steps)


def _action(action: Action) -> acd.Action:
    if action.queue is not None:
        return acd.QueueAction(QueueId(action.queue))
    if action.service is not None:
        return acd.ServiceAction(ServiceId(action.service))
    return acd.HangUpAction(Cause(action.hang_up or Cause.NORMAL), action.prompt)


def _optional(action: Action | None) -> acd.Action | None:
    return _action(action) if action is not None else None


__all__ = ["to_configuration"]
