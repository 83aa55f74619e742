// A report as the API gives it (docs/reference/reports-api.md), and what the page makes of it. Pure.

export type Measure = number | null;
export type Unit = "count" | "share" | "seconds";

export interface Line {
  readonly by: Readonly<Record<string, string>>;
  readonly measures: Readonly<Record<string, Measure>>;
}

export interface Disagreement {
  readonly queue: string;
  readonly figure: string;
  readonly live: number | null;
  readonly stored: number | null;
  readonly journal: number | null;
}

export interface Reconciled {
  readonly start: string;
  readonly end: string;
  readonly at: string;
  readonly agrees: boolean;
  readonly differences: readonly Disagreement[];
}

export interface Policy {
  readonly service_level: string;
  readonly threshold_s: number;
  readonly short_abandon_s: number;
  readonly occupancy: string;
}

export interface Report {
  readonly zone: string;
  readonly first: string;
  readonly last: string;
  readonly by: readonly string[];
  readonly as_of: string;
  readonly final_until: string | null;
  readonly complete_from: string | null;
  readonly policy: Policy;
  readonly reconciled: Reconciled | null;
  readonly disagreements: readonly Reconciled[];
  readonly differences: readonly {
    readonly queue: string;
    readonly figure: string;
    readonly counted: number;
    readonly kept: number;
  }[];
  readonly units: Readonly<Record<string, Unit>>;
  readonly total: Readonly<Record<string, Measure>>;
  readonly lines: readonly Line[];
}

/** What is told large, of all that is known. */
export const HEAD = ["offered", "answered", "abandoned", "service_level", "asa_s", "aht_s", "occupancy"] as const;

/** What a table shows until all is asked for. */
const MAIN = new Set([
  "offered",
  "answered",
  "abandoned",
  "service_level",
  "abandon_rate",
  "asa_s",
  "wait_p90_s",
  "offers",
  "missed",
  "handled",
  "aht_s",
  "signed_in_s",
  "with_contacts_s",
  "occupancy",
]);

export function columns(report: Report, all: boolean): string[] {
  return Object.keys(report.units).filter((name) => all || MAIN.has(name));
}

export interface Order {
  readonly column: string;
  readonly down: boolean;
}

/** What is not known comes last, whichever way. Without an order, as they came: by time and name. */
export function ordered(lines: readonly Line[], order: Order | null): readonly Line[] {
  if (!order) return lines;
  const { column, down } = order;
  const sign = down ? -1 : 1;
  return [...lines].sort((a, b) => {
    if (column in a.by)
      return sign * (a.by[column] ?? "").localeCompare(b.by[column] ?? "", undefined, { numeric: true });
    const [x, y] = [a.measures[column] ?? null, b.measures[column] ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y);
  });
}

const TIME = new Set(["interval", "hour", "day", "week"]);

function timeOf(report: Report): string | null {
  return report.by.find((each) => TIME.has(each)) ?? null;
}

export interface Course {
  /** Seconds since the epoch, growing. */
  readonly at: readonly number[];
  readonly values: Readonly<Record<string, readonly Measure[]>>;
}

/** What a chart draws: the measures over time. Where there are several lines for a moment, counts are added up and what
 * cannot be added is left out. Null: there is nothing to draw. */
export function courseOf(report: Report, wanted: readonly string[]): Course | null {
  const time = timeOf(report);
  if (time === null) return null;
  const rows = new Map<number, Line[]>();
  for (const line of report.lines) {
    const at = momentOf(line.by[time] ?? "");
    if (at === null) continue;
    rows.set(at, [...(rows.get(at) ?? []), line]);
  }
  const at = [...rows.keys()].sort((a, b) => a - b);
  if (at.length < 2) return null;
  const values: Record<string, Measure[]> = {};
  for (const name of wanted) {
    if (!(name in report.units)) continue;
    values[name] = at.map((moment) => {
      const found = rows.get(moment) ?? [];
      if (found.length === 1) return found[0]?.measures[name] ?? null;
      if (report.units[name] !== "count") return null;
      return found.reduce((sum, line) => sum + (line.measures[name] ?? 0), 0);
    });
  }
  return { at, values };
}

/** "2026-10-25T02:00+01:00", "2026-11-21" or "2026-W47" as seconds since the epoch; null: it is none. */
export function momentOf(text: string): number | null {
  const week = /^(\d{4})-W(\d\d)$/.exec(text);
  const ms = week ? mondayOf(Number(week[1]), Number(week[2])) : Date.parse(text);
  return Number.isNaN(ms) ? null : ms / 1000;
}

/** Of an ISO week: week 1 is the one with 4 January in it. */
function mondayOf(year: number, week: number): number {
  const fourth = new Date(Date.UTC(year, 0, 4));
  return Date.UTC(year, 0, 4 - ((fourth.getUTCDay() + 6) % 7) + 7 * (week - 1));
}
