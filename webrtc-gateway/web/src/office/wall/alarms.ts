// When a queue or a trunk asks for a person. Pure; engine/cordpair/api/alarms.py says the same for Prometheus.

import { at } from "./centre.ts";
import type { Alarm, QueueRow, TrunkAlarm, TrunkRow } from "./rows.ts";

/** Which thresholds are passed, `now` by the engine's clock. */
export function raised(queue: QueueRow, now: number): Alarm[] {
  const { alarms: limit, today } = queue;
  const found: Alarm[] = [];
  const expected = queue.expected_wait.kind === "range" ? queue.expected_wait.high : 0;
  const since = at(queue.longest_waiting_since);
  if (limit.waiting && queue.waiting >= limit.waiting) found.push("waiting");
  if (limit.longest_wait && since && now - since >= limit.longest_wait * 1000) found.push("longest_wait");
  if (limit.expected_wait && expected >= limit.expected_wait) found.push("expected_wait");
  if (today && today.offered >= Math.max(1, limit.least_offered ?? 0)) {
    const { service_level: level, abandon_rate: rate } = today;
    if (limit.service_level && level !== null && level * 100 < limit.service_level) found.push("service_level");
    if (limit.abandon_rate && rate !== null && rate * 100 > limit.abandon_rate) found.push("abandon_rate");
  }
  if (limit.ready_below && queue.ready < limit.ready_below) found.push("ready_below");
  return found;
}

export interface OfQueue {
  readonly queue: string;
  readonly alarm: Alarm;
}

export interface OfTrunk {
  readonly trunk: string;
  readonly node: string;
  readonly alarm: TrunkAlarm;
}

export type Found = OfQueue | OfTrunk;
export type Raised = Found & { readonly since: number; readonly seen: boolean };

/** Everything that is raised: by the engine's clock of queues, and what trunks say themselves. */
export function* found(queues: Iterable<QueueRow>, trunks: Iterable<TrunkRow>, now: number): Generator<Found> {
  for (const { id: trunk, node, alarms } of trunks) for (const alarm of alarms) yield { trunk, node, alarm };
  for (const queue of queues) for (const alarm of raised(queue, now)) yield { queue: queue.id, alarm };
}

const keyOf = (one: Found) =>
  "queue" in one ? `queue ${one.alarm} ${one.queue}` : `trunk ${one.alarm} ${one.node} ${one.trunk}`;

/** A figure that swings about its threshold is one alarm, not twenty: it ends when it was below for so long ... */
export const HOLD_MS = 3000;
/** ... and calls nobody when it comes again so soon. */
export const QUIET_MS = 30_000;

/** The alarms there are, and which of them a person has seen. An alarm that ends and comes again was not seen. */
export class AlarmBook {
  private readonly open = new Map<string, Raised>();
  private readonly passed = new Map<string, number>();
  private readonly ended = new Map<string, number>();
  private sequence: readonly Raised[] = [];

  /** What is raised now; tells which alarms are new, and whether anything is different. */
  look(all: Iterable<Found>, now: number): { fresh: Raised[]; changed: boolean } {
    const fresh: Raised[] = [];
    let changed = false;
    for (const each of all) {
      const key = keyOf(each);
      this.passed.set(key, now);
      if (this.open.has(key)) continue;
      const one = { ...each, since: now, seen: false };
      this.open.set(key, one);
      if (now - (this.ended.get(key) ?? -QUIET_MS) >= QUIET_MS) fresh.push(one);
      changed = true;
    }
    for (const key of [...this.open.keys()]) {
      const last = this.passed.get(key) ?? 0;
      if (now - last < HOLD_MS) continue;
      this.open.delete(key);
      this.passed.delete(key);
      this.ended.set(key, now);
      changed = true;
    }
    for (const [key, when] of this.ended) if (now - when >= QUIET_MS) this.ended.delete(key);
    if (changed) this.note();
    return { fresh, changed };
  }

  /** A person has seen this one, or all. */
  see(which?: Found): void {
    for (const [key, one] of this.open)
      if (which === undefined || key === keyOf(which)) this.open.set(key, { ...one, seen: true });
    this.note();
  }

  /** Those not seen first, the newest first. */
  get all(): readonly Raised[] {
    return this.sequence;
  }

  of(queue: string): Alarm[] {
    return this.sequence.flatMap((one) => ("queue" in one && one.queue === queue ? [one.alarm] : []));
  }

  get ofTrunks(): OfTrunk[] {
    return this.sequence.filter((one) => "trunk" in one);
  }

  private note(): void {
    const all = [...this.open.values()];
    this.sequence = all.sort((a, b) => Number(a.seen) - Number(b.seen) || b.since - a.since);
  }
}
