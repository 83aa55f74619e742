// What a report is asked for with: pure, from what is chosen to the address and back from a stored choice.

export const TIMES = ["", "interval", "hour", "day", "week"] as const;
export const NAMES = ["", "queue", "agent", "skill", "service", "disposition"] as const;
export const SERVICE_LEVELS = [
  "offered",
  "answered_only",
  "with_abandoned",
  "ignore",
  "negative",
  "positive",
  "removed",
] as const;
export const OCCUPANCIES = ["idle", "alerted", "signed_in"] as const;
export const PERIODS = ["today", "yesterday", "this_week", "last_week", "this_month", "last_month", "days"] as const;

export type Period = (typeof PERIODS)[number];

export interface Query {
  readonly period: Period;
  /** Days, such as 2026-11-21; they count for the period "days". */
  readonly from: string;
  readonly to: string;
  readonly time: (typeof TIMES)[number];
  readonly name: (typeof NAMES)[number];
  readonly queue: string;
  readonly agent: string;
  readonly service: string;
  /** Empty: as the centre has it. */
  readonly serviceLevel: "" | (typeof SERVICE_LEVELS)[number];
  readonly occupancy: "" | (typeof OCCUPANCIES)[number];
  readonly threshold: string;
  readonly shortAbandon: string;
}

export const FIRST: Query = {
  period: "today",
  from: "",
  to: "",
  time: "interval",
  name: "",
  queue: "",
  agent: "",
  service: "",
  serviceLevel: "",
  occupancy: "",
  threshold: "",
  shortAbandon: "",
};

/** The first and the last day of a period; `today` is a day of the centre. */
export function daysOf(query: Query, today: string): readonly [string, string] {
  const [year = 0, month = 1, date = 1] = today.split("-").map(Number);
  const day = (offset: number) => text(Date.UTC(year, month - 1, date + offset));
  const sinceMonday = (new Date(Date.UTC(year, month - 1, date)).getUTCDay() + 6) % 7;
  switch (query.period) {
    case "today":
      return [today, today];
    case "yesterday":
      return [day(-1), day(-1)];
    case "this_week":
      return [day(-sinceMonday), today];
    case "last_week":
      return [day(-sinceMonday - 7), day(-sinceMonday - 1)];
    case "this_month":
      return [text(Date.UTC(year, month - 1, 1)), today];
    case "last_month":
      return [text(Date.UTC(year, month - 2, 1)), text(Date.UTC(year, month - 1, 0))];
    case "days":
      return [query.from || today, query.to || query.from || today];
  }
}

const text = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Of the answer; `format`: of a file. */
export function addressOf(query: Query, today: string, format = ""): string {
  const [from, to] = daysOf(query, today);
  const by = [query.time, query.name].filter((each) => each !== "").join(",");
  const asked = new URLSearchParams({ from, to, by: by || "queue" });
  const rest: Record<string, string> = {
    queue: query.queue,
    agent: query.agent,
    service: query.service,
    service_level: query.serviceLevel,
    occupancy: query.occupancy,
    threshold: query.threshold,
    short_abandon: query.shortAbandon,
    format,
  };
  for (const [name, value] of Object.entries(rest)) if (value !== "") asked.set(name, value);
  return `/v1/reports?${asked.toString()}`;
}

/** A choice that was stored, as far as it is one. */
export function readQuery(stored: string | null): Query {
  let found: unknown;
  try {
    found = JSON.parse(stored ?? "");
  } catch {
    return FIRST;
  }
  if (typeof found !== "object" || found === null) return FIRST;
  const given = found as Record<string, unknown>;
  const one = <T extends string>(name: keyof Query, of: readonly T[], otherwise: T): T =>
    of.find((each) => each === given[name]) ?? otherwise;
  const word = (name: keyof Query) => (typeof given[name] === "string" ? given[name].slice(0, 64) : "");
  return {
    period: one("period", PERIODS, FIRST.period),
    from: word("from"),
    to: word("to"),
    time: one("time", TIMES, FIRST.time),
    name: one("name", NAMES, FIRST.name),
    queue: word("queue"),
    agent: word("agent"),
    service: word("service"),
    serviceLevel: one("serviceLevel", ["", ...SERVICE_LEVELS] as const, ""),
    occupancy: one("occupancy", ["", ...OCCUPANCIES] as const, ""),
    threshold: word("threshold"),
    shortAbandon: word("shortAbandon"),
  };
}
