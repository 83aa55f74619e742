// Which rows are listed, and in which order. Pure.

import { at, type Table } from "./centre.ts";
import type { AgentRow, AgentState, ContactRow, ContactState, QueueRow } from "./rows.ts";

/** What is looked for: "" stands for everything. */
export interface Search {
  readonly queue: string;
  readonly text: string;
  readonly agents: AgentState | "";
  readonly contacts: "waiting" | "offered" | "talking" | "";
}

export const EVERYTHING: Search = { queue: "", text: "", agents: "", contacts: "" };

/** As a supervisor looks for them: who is busy with what first, who is not here last. */
export const AGENT_STATES: readonly AgentState[] = [
  "ringing",
  "talking",
  "wrap_up",
  "free",
  "delayed",
  "not_ready",
  "signed_out",
];

export type Stage = "waiting" | "offered" | "talking";
export const STAGES: readonly Stage[] = ["waiting", "offered", "talking"];

const STAGE: Readonly<Record<ContactState, Stage>> = {
  arrived: "waiting",
  waiting: "waiting",
  offered: "offered",
  answered: "offered",
  connected: "talking",
  closing: "talking",
};

export const stageOf = ({ state }: ContactRow): Stage => STAGE[state];

/** Since when the contact is as it is. */
export const contactSince = (row: ContactRow): number =>
  at(stageOf(row) === "talking" ? row.connected_at : row.enqueued_at) || at(row.arrived_at);

/** Who talks to the contact, else who is alerted for it. */
export const agentOf = (row: ContactRow): string => row.agent ?? row.offers[0]?.agent ?? "";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each stays in its place, whatever happens in it: the eye knows where to look. */
export const queuesInOrder = (table: Table<QueueRow>): QueueRow[] =>
  [...table.rows.values()].sort((a, b) => byText(a.id, b.id));

export function agentsInOrder(table: Table<AgentRow>, search: Search): AgentRow[] {
  const text = search.text.toLowerCase();
  const found: [number, number, AgentRow][] = [];
  for (const row of table.rows.values()) {
    if (search.queue && !row.queues.includes(search.queue)) continue;
    if (search.agents && row.state !== search.agents) continue;
    if (text && !row.id.toLowerCase().includes(text) && !row.name.toLowerCase().includes(text)) continue;
    found.push([AGENT_STATES.indexOf(row.state), at(row.since), row]);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || byText(a[2].id, b[2].id)).map(([, , row]) => row);
}

export function contactsInOrder(table: Table<ContactRow>, search: Search): ContactRow[] {
  const text = search.text.toLowerCase();
  const found: [number, number, ContactRow][] = [];
  for (const row of table.rows.values()) {
    const stage = stageOf(row);
    if (search.queue && row.queue !== search.queue) continue;
    if (search.contacts && stage !== search.contacts) continue;
    if (text && !mentions(row, text)) continue;
    found.push([STAGES.indexOf(stage), contactSince(row), row]);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || byText(a[2].id, b[2].id)).map(([, , row]) => row);
}

function mentions({ id, agent, caller }: ContactRow, text: string): boolean {
  const words = [id, agent ?? "", caller?.number ?? "", caller?.name ?? ""];
  return words.some((word) => word.toLowerCase().includes(text));
}

export function count<Row, Key extends string>(rows: Iterable<Row>, key: (row: Row) => Key): Map<Key, number> {
  const found = new Map<Key, number>();
  for (const row of rows) found.set(key(row), (found.get(key(row)) ?? 0) + 1);
  return found;
}
