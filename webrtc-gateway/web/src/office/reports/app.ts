// <cordpair-reports>: asks for a report, draws it, and asks again when something else is chosen.

import { html, LitElement, nothing } from "lit";
import { reportsEn } from "../../words/reports-en.ts";
import { type ReportsWords, reportsWords } from "../../words/reports-languages.ts";
import { type Chart, Curves } from "../curves.ts";
import { localeOf } from "../locale.ts";
import { ApiProblem, type Office } from "../page.ts";
import { Figures } from "./figures.ts";
import { choices } from "./parts/choices.ts";
import { head, table } from "./parts/figures-table.ts";
import { standing } from "./parts/standing.ts";
import { addressOf, FIRST, type Query, readQuery } from "./query.ts";
import { courseOf, type Order, type Report } from "./report.ts";
import { named, type Names, type Room, word } from "./room.ts";

const STORED = "cordpair.reports";
const AGAIN_MS = 60_000;

export class CordpairReports extends LitElement {
  static override properties = {
    office: { attribute: false },
    words: { state: true },
    query: { state: true },
    report: { state: true },
    problem: { state: true },
    busy: { state: true },
    order: { state: true },
    all: { state: true },
    names: { state: true },
  };

  declare office: Office;
  declare private words: ReportsWords;
  declare private query: Query;
  declare private report: Report | null;
  declare private problem: string;
  declare private busy: boolean;
  declare private order: Order | null;
  declare private all: boolean;
  declare private names: Names;

  private today = new Date().toISOString().slice(0, 10);
  private zone: string | undefined;
  private asked = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private curves: Curves | null = null;

  constructor() {
    super();
    this.words = reportsEn;
    this.query = FIRST;
    this.report = this.order = null;
    this.problem = "";
    this.busy = this.all = false;
    this.names = { queues: [], agents: [] };
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.query = readQuery(sessionStorage.getItem(STORED));
    void reportsWords(this.office.language).then((words) => (this.words = words));
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.again);
    this.asked++;
    this.curves?.end();
    this.curves = null;
  }

  override render() {
    const room = this.room();
    const { report } = this;
    return html`<div class="reports" aria-busy=${this.busy}>
      <h1>${word(room, "title")}</h1>
      ${choices(room)}
      <div role="status" aria-live="polite">
        ${this.problem ? html`<p class="notice bad" id="problem">${word(room, "failed", { why: this.problem })}</p>` : nothing}
        ${!report && !this.problem ? html`<p class="soft">${word(room, "loading")}</p>` : nothing}
      </div>
      ${report ? html`${standing(room, report)} ${head(room, report)}` : nothing}
      <div id="curves" class="curves" aria-hidden="true" hidden></div>
      ${report ? table(room, report) : nothing}
    </div>`;
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("report") || changed.has("words")) this.draw();
  }

  // ---------------------------------------------------------------- asking

  /** The day is the centre's, not this browser's. */
  private async begin(): Promise<void> {
    const { api } = this.office;
    const [now, queues, agents] = await Promise.all([
      api.get<{ zone: string }>("/v1/reports/today").catch(() => null),
      api.get<{ queues: { id: string }[] }>("/v1/queues").catch(() => ({ queues: [] })),
      api.get<{ agents: { id: string }[] }>("/v1/agents").catch(() => ({ agents: [] })),
    ]);
    this.zone = now?.zone;
    this.today = dayIn(this.zone);
    this.names = { queues: queues.queues.map(({ id }) => id), agents: agents.agents.map(({ id }) => id) };
    await this.ask();
  }

  private async ask(): Promise<void> {
    const mine = ++this.asked;
    clearTimeout(this.again);
    this.busy = true;
    this.today = dayIn(this.zone);
    let wait = AGAIN_MS;
    try {
      const report = await this.office.api.get<Report>(addressOf(this.query, this.today));
      if (mine !== this.asked) return;
      [this.report, this.problem] = [report, ""];
    } catch (error) {
      if (mine !== this.asked) return;
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error.problems.map(({ path, message }) => `${path}: ${message}`).join("; ") || error.message;
      if (error.status === 422) this.report = null;
      else wait = 5000; // an engine that has just begun still counts
    }
    this.busy = false;
    this.again = setTimeout(() => void this.ask(), wait);
  }

  private choose(change: Partial<Query>): void {
    this.query = { ...this.query, ...change };
    sessionStorage.setItem(STORED, JSON.stringify(this.query));
    this.order = null;
    void this.ask();
  }

  private room(): Room {
    return {
      words: this.words,
      figures: new Figures(localeOf(this.office.language), this.zone),
      query: this.query,
      today: this.today,
      report: this.report,
      problem: this.problem,
      busy: this.busy,
      order: this.order,
      all: this.all,
      names: this.names,
      choose: (change) => this.choose(change),
      sort: (column) =>
        (this.order = {
          column,
          down: this.order?.column === column ? !this.order.down : !this.report?.by.includes(column),
        }),
      showAll: (all) => (this.all = all),
    };
  }

  // ---------------------------------------------------------------- curves

  private draw(): void {
    const host = this.querySelector<HTMLElement>("#curves");
    if (!host) return;
    const room = this.room();
    this.curves ??= new Curves(host, { time: word(room, "time"), moment: (seconds) => this.moment(seconds) });
    this.curves.show(this.report ? this.charts(room, this.report) : []);
  }

  private moment(seconds: number): string {
    const figures = new Figures(localeOf(this.office.language), this.zone);
    const text = new Date(seconds * 1000).toISOString();
    return this.query.time === "day" || this.query.time === "week"
      ? figures.place("day", text.slice(0, 10))
      : figures.hour(text);
  }

  private charts(room: Room, report: Report): Chart[] {
    const course = courseOf(report, ["offered", "answered", "abandoned", "service_level"]);
    if (!course) return [];
    const curve = (name: string, colour: string, dash: number[] = [], times = 1) => {
      const values = (course.values[name] ?? []).map((each) => (each === null ? null : each * times));
      return values.some((each) => each !== null) ? [{ label: named(room, "m", name), colour, dash, values }] : [];
    };
    return [
      {
        title: word(room, "chart_contacts"),
        times: course.at,
        curves: [
          ...curve("offered", "--accent"),
          ...curve("answered", "--go", [6, 4]),
          ...curve("abandoned", "--danger", [2, 3]),
        ],
      },
      {
        title: word(room, "chart_level"),
        times: course.at,
        curves: curve("service_level", "--go", [], 100),
        most: 100,
      },
    ];
  }
}

/** 2026-11-21, by the clocks of a zone. */
function dayIn(zone: string | undefined): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", ...(zone ? { timeZone: zone } : {}) }).format(
    new Date(),
  );
}
