// What an agent must know, as time goes by: steps as the columns of a table, skills as its rows.

import { formatDuration, parseDuration } from "./duration.ts";
import { EMPTY, isTable, put, type Table, table, text, type Value } from "./tables.ts";

export type Steps = readonly Table[];

export const stepsOf = (value: Value | undefined): Steps =>
  Array.isArray(value) ? (value as readonly Value[]).map((each) => (isTable(each) ? each : EMPTY)) : [];

/** In the order in which they are first asked for. */
export const skillsOf = (steps: Steps): string[] => [
  ...new Set(steps.flatMap((step) => [...table(step, "levels").keys()])),
];

/** The level that a step asks for; 0: none. */
export function levelAt(step: Table, skill: string): number {
  const level = table(step, "levels").get(skill);
  return typeof level === "number" ? level : 0;
}

/** 0: the skill is not asked for from there on. */
export function withLevel(steps: Steps, place: number, skill: string, level: number): Steps {
  return steps.map((step, each) => {
    if (each !== place) return step;
    const changed = put(step, ["levels", skill], level || undefined);
    return table(changed, "levels").size ? changed : put(changed, ["levels"], undefined);
  });
}

/** Asked for at once; where there was nothing, there is a first step. */
export function withSkill(steps: Steps, skill: string): Steps {
  return withLevel(steps.length ? steps : [EMPTY], 0, skill, 1);
}

/** In no step any more; without any skill there are no steps. */
export function withoutSkill(steps: Steps, skill: string): Steps {
  const left = steps.map((_, place) => withLevel(steps, place, skill, 0)[place] ?? EMPTY);
  return left.some((step) => table(step, "levels").size) ? left : [];
}

/** Another one, later than the last, asking for the same at first. */
export function withStep(steps: Steps): Steps {
  const last = steps.at(-1) ?? EMPTY;
  const after = parseDuration(text(last.get("after")) || 0) ?? 0;
  return [...steps, put(last, ["after"], formatDuration(after + 30_000))];
}

/** The first one applies at once. */
export function withoutStep(steps: Steps, place: number): Steps {
  const left = steps.filter((_, each) => each !== place);
  return left.map((step, each) => (each === 0 ? put(step, ["after"], undefined) : step));
}

export const withAfter = (steps: Steps, place: number, after: string): Steps =>
  steps.map((step, each) => (each === place ? put(step, ["after"], after) : step));
