// Figures, times and moments as a person of a language reads them.

import { clockText } from "../../words/clock.ts";
import type { Measure, Unit } from "./report.ts";

export const UNKNOWN = "–";

export class Figures {
  private readonly counts: Intl.NumberFormat;
  private readonly shares: Intl.NumberFormat;
  private readonly moments: Intl.DateTimeFormat;
  private readonly hours: Intl.DateTimeFormat;

  /** `zone`: the centre's; what is written in it already is shown as it is. */
  constructor(
    private readonly language: string,
    zone?: string,
  ) {
    const place = zone === undefined ? {} : { timeZone: zone };
    this.counts = new Intl.NumberFormat(language);
    this.shares = new Intl.NumberFormat(language, {
      style: "percent",
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    this.moments = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium", ...place });
    this.hours = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", ...place });
  }

  measure(value: Measure | undefined, unit: Unit): string {
    if (value === null || value === undefined) return UNKNOWN;
    if (unit === "share") return this.shares.format(value);
    if (unit === "seconds") return clockText(Math.round(value) * 1000);
    return this.counts.format(value);
  }

  moment(text: string | null): string {
    return text === null ? UNKNOWN : this.moments.format(new Date(text));
  }

  hour(text: string | null): string {
    return text === null ? UNKNOWN : this.hours.format(new Date(text));
  }

  /** "2026-11-21T08:15+01:00" → "21.11. 08:15": as it was there, whatever the zone of this browser. */
  place(dimension: string, text: string): string {
    const written = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)([+-]\d\d:\d\d|Z))?$/.exec(text);
    if (!written || dimension === "week") return text || UNKNOWN;
    const [, year, month, day, hour] = written;
    const date = new Intl.DateTimeFormat(this.language, { dateStyle: "short", timeZone: "UTC" }).format(
      new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))),
    );
    return hour === undefined ? date : `${date} ${hour}`;
  }
}
