// What is different between two configurations: entries added, removed, and single values changed.

import { isTable, type Path, same, type Table, type Value } from "./tables.ts";

export interface Change {
  readonly path: Path;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** `whole`: tables that are one value, such as an action, are not looked into. An entry that came or went is one. */
export function differences(
  before: Table,
  after: Table,
  whole: (path: Path) => boolean = () => false,
  path: Path = [],
): Change[] {
  const found: Change[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const here = [...path, key];
    const [was, is] = [before.get(key), after.get(key)];
    if (same(was, is)) continue;
    // A section that came or went is so many entries, not one.
    const open = path.length === 0 ? [was ?? new Map(), is ?? new Map()] : [was, is];
    if (isTable(open[0]) && isTable(open[1]) && !whole(here)) found.push(...differences(open[0], open[1], whole, here));
    else found.push({ path: here, before: was, after: is });
  }
  return found;
}

/** The tables whose entries are the same, in another order. */
export function reordered(before: Table, after: Table): string[] {
  return [...after].flatMap(([key, is]) => {
    const was = before.get(key);
    if (!isTable(was) || !isTable(is)) return [];
    const stayed = [...was.keys()].filter((name) => is.has(name));
    const places = [...is.keys()].filter((name) => was.has(name));
    return stayed.some((name, place) => places[place] !== name) ? [key] : [];
  });
}

/** A value as a line of text, as the file would have it. */
export function show(value: Value | undefined): string {
  if (value === undefined) return "—";
  if (isTable(value)) {
    if (value.size === 0) return "{}";
    return `{ ${[...value].map(([key, item]) => `${key} = ${show(item)}`).join(", ")} }`;
  }
  if (typeof value === "object") return `[${value.map(show).join(", ")}]`;
  return typeof value === "string" ? `"${value}"` : String(value);
}
