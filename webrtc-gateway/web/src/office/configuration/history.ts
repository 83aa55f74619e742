// The revisions that the page shows: which, one of them, and what it is compared with.

import type { Revision } from "./calls.ts";
import { type Change, differences } from "./difference.ts";
import type { Session } from "./session.ts";
import { isWhole } from "./shape.ts";

export interface Shown {
  readonly revision: Revision;
  readonly text: string;
  /** 0: the one before. */
  readonly against: number;
  readonly changes: readonly Change[];
}

export interface HistoryState {
  readonly revisions: readonly Revision[];
  readonly more: boolean;
  readonly shown: Shown | null;
}

const NO_HISTORY: HistoryState = { revisions: [], more: false, shown: null };

export class History {
  state: HistoryState = NO_HISTORY;

  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
  ) {}

  async load(): Promise<void> {
    const { revisions, more } = await this.session.calls.revisions();
    this.set({ revisions, more });
  }

  async loadMore(): Promise<void> {
    const last = this.state.revisions.at(-1);
    const { revisions, more } = await this.session.calls.revisions(last?.revision);
    this.set({ revisions: [...this.state.revisions, ...revisions], more });
  }

  /** `against`: another revision; 0: the one before. */
  async show(id: number, against: number): Promise<void> {
    const revision = await this.session.calls.revision(id);
    const changes = against && this.session.mayEdit ? await this.compared(against, id) : [];
    this.set({ shown: { revision, text: revision.text, against, changes } });
  }

  private async compared(from: number, to: number): Promise<Change[]> {
    const [before, after] = await Promise.all([this.session.calls.tablesOf(from), this.session.calls.tablesOf(to)]);
    return differences(before, after, isWhole(this.session.state.shape));
  }

  private set(change: Partial<HistoryState>): void {
    this.state = { ...this.state, ...change };
    this.changed();
  }
}
