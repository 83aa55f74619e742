// One administrator's work on the configuration: the draft, kept on the server, checked as it changes, and applied.

import { ApiProblem, type Office } from "../page.ts";
import { Calls, type Checked, type InForce, type Revision, sinceOf } from "./calls.ts";
import { type Change, differences, reordered } from "./difference.ts";
import { merge, type Merged, settle } from "./merge.ts";
import { Problems } from "./problems.ts";
import { isWhole, type Shape } from "./shape.ts";
import { EMPTY, same, type Table } from "./tables.ts";

const SINCE = 10; // revisions whose changes are shown at once
const FRESH_MS = 15_000; // after so long it is looked whether another revision is in force
const PAUSE_MS = 350; // between a key and the check: less would check half words

export interface State {
  readonly phase: "loading" | "ready" | "failed";
  readonly failure: string;
  readonly shape: Shape;
  readonly inForce: InForce;
  /** What the draft was begun from. */
  readonly base: { readonly revision: number; readonly config: Table };
  readonly config: Table;
  /** When the draft was kept on the server; null: there is none. */
  readonly keptAt: number | null;
  /** It came from an earlier visit. */
  readonly restored: boolean;
  readonly keeping: "no" | "soon" | "failed";
  readonly problems: Problems;
  readonly checked: Checked | null;
  readonly since: readonly Revision[];
  readonly merged: Merged | null;
  readonly busy: boolean;
}

const NOTHING: InForce = { revision: 0, at: 0, author: "", config: EMPTY };

export const BLANK: State = {
  phase: "loading",
  failure: "",
  shape: [],
  inForce: NOTHING,
  base: NOTHING,
  config: EMPTY,
  keptAt: null,
  restored: false,
  keeping: "no",
  problems: new Problems(),
  checked: null,
  since: [],
  merged: null,
  busy: false,
};

export class Session {
  state: State = BLANK;
  readonly calls: Calls;
  readonly mayEdit: boolean;
  private looked = Date.now();
  private pause: ReturnType<typeof setTimeout> | null = null;
  private last: Promise<void> = Promise.resolve();

  constructor(
    office: Office,
    private readonly changed: () => void,
  ) {
    this.calls = new Calls(office);
    this.mayEdit = office.me.role === "admin";
  }

  async begin(): Promise<void> {
    try {
      const [shape, inForce, draft] = await Promise.all([
        this.calls.shape(),
        this.calls.inForce(),
        this.mayEdit ? this.calls.draft() : null,
      ]);
      const from = draft && draft.base !== inForce.revision ? await this.baseOf(draft.base) : inForce;
      const base = { revision: draft?.base ?? inForce.revision, config: from.config };
      const config = draft?.config ?? inForce.config;
      this.set({ phase: "ready", shape, inForce, base, config, keptAt: draft?.at ?? null, restored: draft !== null });
      if (base.revision !== inForce.revision) await this.lookSince();
      if (this.mayEdit) await this.check();
    } catch (problem) {
      this.set({ phase: "failed", failure: problem instanceof ApiProblem ? problem.message : String(problem) });
    }
  }

  /** What others applied meanwhile: shown at once where nothing was changed here, else said. */
  async refresh(): Promise<void> {
    if (this.state.phase !== "ready" || this.state.busy || Date.now() - this.looked < FRESH_MS) return;
    this.looked = Date.now();
    const before = this.state;
    const inForce = await this.calls.inForce();
    if (this.state !== before || inForce.revision === before.inForce.revision) return;
    if (!this.isChanged) this.set({ inForce, base: inForce, config: inForce.config });
    else {
      this.set({ inForce });
      await this.lookSince();
    }
    if (this.mayEdit) await this.check();
  }

  /** Of a base that is not kept any more nothing is known: then all that differs is asked about. */
  private async baseOf(revision: number): Promise<{ readonly config: Table }> {
    try {
      return { config: await this.calls.tablesOf(revision) };
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 404) return { config: EMPTY };
      throw problem;
    }
  }

  get changes(): Change[] {
    return differences(this.state.base.config, this.state.config, isWhole(this.state.shape));
  }

  get moved(): string[] {
    return reordered(this.state.base.config, this.state.config);
  }

  get isChanged(): boolean {
    return !same(this.state.base.config, this.state.config, true);
  }

  /** Somebody applied something since the draft was begun. */
  get isBehind(): boolean {
    return this.state.base.revision !== this.state.inForce.revision;
  }

  edit(config: Table): void {
    if (!this.mayEdit || config === this.state.config) return;
    this.set({ config, keeping: "soon" });
    if (this.pause) clearTimeout(this.pause);
    this.pause = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** Keeps what was edited now, and checks it. */
  flush(): Promise<void> {
    if (this.pause) clearTimeout(this.pause);
    this.pause = null;
    this.last = this.last.then(() => this.keep());
    return this.last;
  }

  /** The window is closed, or goes elsewhere: what was typed last is sent without waiting for its turn. */
  leave(): void {
    const { base, config, keeping } = this.state;
    if (keeping === "soon" && this.isChanged) void this.calls.keep(base.revision, config, true).catch(() => undefined);
  }

  private async keep(): Promise<void> {
    const { base, config, keeping } = this.state;
    if (keeping === "no") return;
    try {
      if (this.isChanged) await this.calls.keep(base.revision, config);
      else await this.calls.discard();
      if (config !== this.state.config) return; // the next one is on its way
      this.set({ keeping: "no", keptAt: this.isChanged ? Date.now() : null, restored: false });
      await this.check();
    } catch {
      this.set({ keeping: "failed" });
    }
  }

  async check(): Promise<void> {
    const { config } = this.state;
    const checked = await this.calls.check(config);
    if (config === this.state.config) this.set({ checked, problems: new Problems(checked.problems) });
  }

  async discard(): Promise<void> {
    await this.calls.discard();
    const { inForce } = this.state;
    const base = { revision: inForce.revision, config: inForce.config };
    this.set({ config: inForce.config, base, keptAt: null, keeping: "no", since: [], merged: null });
    await this.check();
  }

  /** Whether it was applied. A conflict is shown; problems stand at their fields. */
  async apply(): Promise<boolean> {
    this.set({ busy: true });
    try {
      await this.flush();
      const { base, config } = this.state;
      await this.calls.apply(base.revision, config);
      await this.calls.discard();
      await this.renew();
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      if (problem.code === "conflict") await this.conflict(problem);
      else if (problem.problems.length) this.set({ problems: new Problems(problem.problems.map(withSeverity)) });
      else throw problem;
      return false;
    } finally {
      this.set({ busy: false });
    }
  }

  /** What is in force now; the draft begins anew from it. */
  async renew(): Promise<void> {
    const inForce = await this.calls.inForce();
    const base = { revision: inForce.revision, config: inForce.config };
    this.set({
      inForce,
      base,
      config: inForce.config,
      keptAt: null,
      restored: false,
      keeping: "no",
      since: [],
      merged: null,
    });
    await this.check();
  }

  private async conflict(problem: ApiProblem): Promise<void> {
    this.set({ since: sinceOf(problem), inForce: await this.calls.inForce() });
  }

  private async lookSince(): Promise<void> {
    const { base } = this.state;
    const { revisions } = await this.calls.revisions();
    const since = revisions.filter(({ revision }) => revision > base.revision).reverse();
    const told = since.slice(0, SINCE).map(({ revision }) => this.calls.revision(revision));
    this.set({ since: await Promise.all(told) });
  }

  /** To what an earlier revision held; a draft stays, begun from what was. */
  async rollBack(revision: number): Promise<void> {
    await this.calls.rollBack(revision, this.state.inForce.revision);
    if (!this.isChanged) return this.renew();
    this.set({ inForce: await this.calls.inForce() });
    await this.lookSince();
  }

  /** Theirs and mine in one. Without a true conflict it is the draft at once. */
  async bringOnto(): Promise<void> {
    const { shape, base, config } = this.state;
    const inForce = await this.calls.inForce();
    const merged = merge(base.config, config, inForce.config, isWhole(shape));
    this.set({ inForce, merged });
    if (!merged.conflicts.length) this.settled([]);
  }

  settled(choices: readonly ("mine" | "theirs")[]): void {
    const { merged, inForce } = this.state;
    if (!merged) return;
    const base = { revision: inForce.revision, config: inForce.config };
    this.set({ base, merged: null, since: [] });
    this.edit(settle(merged, choices));
    void this.flush();
  }

  /** Another configuration as the draft: an imported file, an earlier revision. */
  replace(config: Table): void {
    this.edit(config);
    void this.flush();
  }

  private set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.changed();
  }
}

const withSeverity = (problem: { path: string; message: string; severity?: "error" | "warning" }) => ({
  ...problem,
  severity: problem.severity ?? ("error" as const),
});
