// The centre as the page knows it: what the stream told, applied. No DOM, no clock, no network.

import type { AgentRow, ContactRow, Message, QueueRow } from "./rows.ts";

export interface Named {
  readonly id: string;
}

/** Rows of one kind. `version` tells whoever keeps something made of them that it is old. */
export class Table<Row extends Named> {
  readonly rows = new Map<string, Row>();
  version = 0;

  replace(rows: readonly Row[]): void {
    this.rows.clear();
    for (const row of rows) this.rows.set(row.id, row);
    this.version++;
  }

  change(rows: readonly Row[], gone: readonly string[]): void {
    for (const row of rows) this.rows.set(row.id, row);
    for (const id of gone) this.rows.delete(id);
    if (rows.length || gone.length) this.version++;
  }
}

export class Centre {
  readonly queues = new Table<QueueRow>();
  readonly agents = new Table<AgentRow>();
  readonly contacts = new Table<ContactRow>();
  /** Up to which entry of the journal this is complete; -1: nothing is known yet. */
  seq = -1;
  /** The engine's clock less this computer's. */
  skewMs = 0;

  /** `now` by this computer's clock. */
  apply(message: Message, now: number): void {
    const { seq, queues, agents, contacts } = message;
    if (message.type === "snapshot") {
      this.queues.replace(queues);
      this.agents.replace(agents);
      this.contacts.replace(contacts);
    } else {
      if (this.seq < 0) return; // of what, nobody said
      this.queues.change(queues, message.gone.queues);
      this.agents.change(agents, message.gone.agents);
      this.contacts.change(contacts, message.gone.contacts);
    }
    this.seq = seq;
    const skew = Date.parse(message.now) - now;
    // What lay in a buffer is late, never early: the least delayed message knows best. A clock that was set is followed.
    if (message.type === "snapshot" || skew > this.skewMs || this.skewMs - skew > 10_000) this.skewMs = skew;
  }
}

/** A moment that was told, in ms; none is 0. */
export const at = (moment: string | null | undefined): number => (moment ? Date.parse(moment) : 0);
