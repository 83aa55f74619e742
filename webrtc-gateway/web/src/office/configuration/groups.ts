// In which order a form asks, and what belongs together. What is not named here comes last: a key that is added to the
// model is in its form at once.

import type { Field } from "./shape.ts";

/** Sections, by what they are about. */
export const AREAS = [
  ["people", ["agents", "seats", "skills", "reasons"]],
  ["routing", ["queues", "services", "no_service", "misses"]],
  ["web", ["portals", "gateway", "sign_in"]],
  ["telephony", ["pbx", "phones", "prompts", "trunks", "calls", "numbers", "timing"]],
  ["centre", []],
] as const;
export type Area = (typeof AREAS)[number][0];

const GROUPS: Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>> = {
  queues: [
    ["who_serves", ["medium", "strategy", "steps", "head_start"]],
    ["waiting", ["max_wait", "max_length", "music", "prompt", "exit_keys", "overflow", "sticky"]],
    ["leads", ["on_timeout", "on_full", "on_no_agent_signed_in", "on_no_agent_ready", "no_agent_after", "on_no_show"]],
    ["offers", ["offer_timeout", "wrap_up", "progress", "group_size"]],
    ["at_the_desk", ["dispositions", "pops", "share"]],
    ["browsers", ["web", "web_accept", "web_retries", "audio_after"]],
  ],
  services: [
    ["matches", ["dialled", "to", "contexts"]],
    ["leads", ["queue", "steps", "head_start"]],
    ["kept", ["variables", "pops"]],
  ],
  agents: [
    ["who", ["shown_as", "seat"]],
    ["", ["skills"]],
    ["", ["queues"]],
  ],
};

export interface Group {
  /** "": its only field says it all; "more": what no group has. */
  readonly name: string;
  readonly fields: readonly Field[];
}

export function groupsOf(section: string, fields: readonly Field[]): Group[] {
  const named = GROUPS[section] ?? [];
  const grouped = named.map(([name, keys]) => ({
    name,
    fields: keys.flatMap((key) => fields.find((field) => field.name === key) ?? []),
  }));
  const taken = new Set(grouped.flatMap((group) => group.fields));
  const rest = { name: named.length ? "more" : "", fields: fields.filter((field) => !taken.has(field)) };
  return [...grouped, rest].filter((group) => group.fields.length > 0);
}

/** The sections of each area; those that no area names are of the centre as a whole. */
export function areasOf(shape: readonly Field[]): { readonly area: Area; readonly sections: readonly Field[] }[] {
  const taken = new Set<string>(AREAS.flatMap(([, names]) => [...names]));
  return AREAS.map(([area, names]) => ({
    area,
    sections:
      area === "centre"
        ? shape.filter(({ name }) => !taken.has(name))
        : names.flatMap((name) => shape.find((section) => section.name === name) ?? []),
  })).filter(({ sections }) => sections.length > 0);
}
