// Durations as people write them: "90s", "1h30m", "250ms", or 90 for seconds.

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const WRITTEN = /^\s*(-?)\s*((?:\d{1,12}(?:\.\d{1,6})?\s*(?:ms|[dhms])\s*)+)$/;
const PART = /(\d+(?:\.\d+)?)\s*(ms|[dhms])/g;

/** In ms, or null when it is none. */
export function parseDuration(value: string | number): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? Math.round(value * 1000) : null;
  if (/^\s*-?\d{1,12}(\.\d{1,6})?\s*$/.test(value)) return Math.round(Number(value) * 1000);
  const written = WRITTEN.exec(value);
  if (!written) return null;
  let ms = 0;
  for (const [, number, unit] of (written[2] ?? "").matchAll(PART)) ms += Number(number) * UNITS[unit as "s"];
  return Math.round(written[1] ? -ms : ms);
}

/** The shortest way to write it. */
export function formatDuration(ms: number): string {
  let rest = Math.abs(ms);
  let shown = "";
  for (const [unit, length] of Object.entries(UNITS)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count) shown += `${count}${unit}`;
  }
  return shown ? (ms < 0 ? "-" : "") + shown : "0s";
}

/** What was typed, tidied: "90" becomes "1m30s"; what is no duration stays, for the check to complain about. */
export function tidyDuration(typed: string): string {
  const ms = parseDuration(typed);
  return ms === null ? typed.trim() : formatDuration(ms);
}
