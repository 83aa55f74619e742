// What every part of the wall is given to draw with.

import type { WallKey } from "../../words/wall-en.ts";
import { localeOf } from "../locale.ts";
import { say, type Words } from "../../words/words.ts";
import type { AlarmBook, Found } from "./alarms.ts";
import type { Centre } from "./centre.ts";
import type { Search } from "./lists.ts";
import type { ExpectedWait, QueueRow } from "./rows.ts";
import { runningText } from "./clocks.ts";

export interface Open {
  readonly kind: "agent" | "contact";
  readonly id: string;
}

/** What the person chose on this page. */
export interface Choice {
  readonly search: Search;
  readonly open: Open | null;
  /** The action that was pressed and waits for a yes. */
  readonly asked: "" | "sign_out" | "hang_up";
}

export interface Room {
  readonly centre: Centre;
  readonly alarms: AlarmBook;
  readonly choice: Choice;
  /** Whether this person may act, or only look. */
  readonly leads: boolean;
  /** By the engine's clock. */
  readonly now: number;
  readonly text: Texts;
  readonly set: (change: Partial<Choice>) => void;
}

/** Words and figures in the person's language. */
export class Texts {
  private readonly numbers: Intl.NumberFormat;
  private readonly shares: Intl.NumberFormat;
  private readonly clock: Intl.DateTimeFormat;

  constructor(
    private readonly words: Words<WallKey>,
    language: string,
  ) {
    const locale = localeOf(language);
    this.numbers = new Intl.NumberFormat(locale);
    this.shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
    this.clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  }

  say(key: WallKey, values: Readonly<Record<string, string | number>> = {}): string {
    return say(this.words, key, values);
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  /** Of a share from 0 to 1. */
  percent(share: number | null | undefined): string {
    return share === null || share === undefined ? this.say("unknown") : this.shares.format(share);
  }

  time(ms: number): string {
    return this.clock.format(ms);
  }

  expected(wait: ExpectedWait): string {
    if (wait.kind === "unknown") return this.say("unknown");
    return wait.high > 0 ? this.say("up_to", { time: runningText(wait.high * 1000) }) : runningText(0);
  }

  /** An alarm in a sentence; none of a queue that is no more. */
  alarm(one: Found, { queues }: Centre, now: number): string {
    if ("trunk" in one) return this.say(`alarm_${one.alarm}`, { trunk: one.trunk, node: one.node });
    const queue = queues.rows.get(one.queue);
    if (!queue) return "";
    const { value, limit } = LIMITS[one.alarm](queue, now, this);
    return this.say(`alarm_${one.alarm}`, { queue: one.queue, value, limit });
  }
}

interface Passed {
  readonly value: string;
  readonly limit: string;
}
const running = (seconds: number) => runningText(seconds * 1000);

const LIMITS = {
  waiting: (row, _, text) => ({ value: text.number(row.waiting), limit: text.number(row.alarms.waiting ?? 0) }),
  longest_wait: (row, now) => ({
    value: runningText(row.longest_waiting_since ? now - Date.parse(row.longest_waiting_since) : 0),
    limit: running(row.alarms.longest_wait ?? 0),
  }),
  expected_wait: (row) => ({
    value: running(row.expected_wait.kind === "range" ? row.expected_wait.high : 0),
    limit: running(row.alarms.expected_wait ?? 0),
  }),
  service_level: (row, _, text) => ({
    value: text.percent(row.today?.service_level),
    limit: text.percent((row.alarms.service_level ?? 0) / 100),
  }),
  abandon_rate: (row, _, text) => ({
    value: text.percent(row.today?.abandon_rate),
    limit: text.percent((row.alarms.abandon_rate ?? 0) / 100),
  }),
  ready_below: (row, _, text) => ({ value: text.number(row.ready), limit: text.number(row.alarms.ready_below ?? 0) }),
} satisfies Record<string, (row: QueueRow, now: number, text: Texts) => Passed>;
