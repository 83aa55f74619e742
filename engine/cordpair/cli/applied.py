"""TEMPORARY until the store does it."""

from typing import Any

from cordpair.acd import configuration as acd
from cordpair.acd.causes import Cause
from cordpair.config import Config
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId


def _action(a: Any) -> Any:
    if a is None:
        return None
    if a.queue:
        return acd.QueueAction(QueueId(a.queue))
    if a.service:
        return acd.ServiceAction(ServiceId(a.service))
    return acd.HangUpAction(Cause(a.hang_up), a.prompt)


def _steps(s: Any) -> Any:
    return None if s is None else tuple(acd.Step(x.after, dict(x.levels)) for x in s)


def applied(c: Config, revision: int) -> acd.Configuration:
    codes = []
    for name, action in (
        ("sign_in", "sign_in"),
        ("sign_out", "sign_out"),
        ("ready", "ready"),
        ("wrap_up_done", "wrap_up_done"),
    ):
        for code in getattr(c.phones.codes, name):
            codes.append(acd.FeatureCode(code, acd.FeatureAction(action)))
    for code in c.phones.codes.not_ready:
        for reason, r in c.reasons.items():
            if r.digit:
                codes.append(acd.FeatureCode(code + r.digit, acd.FeatureAction.NOT_READY, reason))
    return acd.Configuration(
        revision=revision,
        cell=c.cell.name,
        nodes=tuple(map(NodeId, c.pbx)),
        queues=tuple(
            acd.Queue(
                queue=QueueId(n),
                medium=q.medium,
                strategy=acd.Strategy(q.strategy),
                steps=_steps(q.steps),
                head_start_ms=q.head_start,
                offer_timeout_ms=q.offer_timeout,
                wrap_up_ms=q.wrap_up,
                max_wait_ms=q.max_wait,
                max_length=q.max_length,
                on_timeout=_action(q.on_timeout),
                on_full=_action(q.on_full),
                on_no_agent_signed_in=_action(q.on_no_agent_signed_in),
                on_no_agent_ready=_action(q.on_no_agent_ready),
                no_agent_after_ms=q.no_agent_after,
                exit_keys={k: _action(a) for k, a in q.exit_keys.items()},
                overflow=acd.Overflow(QueueId(q.overflow.queue), q.overflow.percent) if q.overflow else None,
                sticky_ms=q.sticky,
                progress_ms=q.progress,
                group_size=q.group_size,
                music=q.music,
                prompt=q.prompt,
            )
            for n, q in c.queues.items()
        ),
        agents=tuple(
            acd.Agent(
                AgentId(n),
                dict(a.skills),
                tuple(acd.Assignment(QueueId(k), s.tier, s.offset, s.active, s.wrap_up) for k, s in a.queues.items()),
                SeatId(a.seat) if a.seat else None,
                a.wrap_up,
                dict(a.capacity),
            )
            for n, a in c.agents.items()
        ),
        seats=tuple(acd.Seat(SeatId(n), s.endpoint, NodeId(s.node) if s.node else None) for n, s in c.seats.items()),
        services=tuple(
            acd.Service(
                ServiceId(n), QueueId(s.queue), s.dialled, s.to, s.contexts, _steps(s.steps), s.head_start, s.variables
            )
            for n, s in c.services.items()
        ),
        codes=tuple(codes),
        reasons=tuple(c.reasons),
        agent_contexts=c.phones.contexts,
        no_service=_action(c.no_service),
        prompts=dict(c.prompts),
    )
