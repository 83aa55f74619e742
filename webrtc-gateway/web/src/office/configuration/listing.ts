// The entries of a section as rows: searched in names and values, a screenful at a time.

import { isTable, type Table, text, type Value } from "./tables.ts";

export const SHOWN_AT_ONCE = 100;

export interface Row {
  readonly name: string;
  /** What says most about it. */
  readonly about: string;
}

/** Every word must be somewhere in the entry. */
export function search(entries: Table, wanted: string): Row[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: Row[] = [];
  for (const [name, value] of entries) {
    if (words.length) {
      const whole = `${name} ${flat(value)}`.toLowerCase();
      if (!words.every((word) => whole.includes(word))) continue;
    }
    rows.push({ name, about: about(value) });
  }
  return rows;
}

function flat(value: Value): string {
  if (isTable(value)) return [...value].map(([key, item]) => `${key} ${flat(item)}`).join(" ");
  return typeof value === "object" ? value.map(flat).join(" ") : String(value);
}

const TELLING = ["shown_as", "queue", "endpoint", "url", "strategy", "digit"];

function about(value: Value): string {
  if (!isTable(value)) return typeof value === "string" ? value : "";
  for (const key of TELLING) if (text(value.get(key))) return text(value.get(key));
  const origins = value.get("origins");
  return Array.isArray(origins) ? flat(origins as readonly Value[]) : "";
}
