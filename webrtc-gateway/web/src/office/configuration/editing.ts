// What an administrator does to a draft, as functions from one configuration to the next.

import { type Field, fieldAt, isWholeKind, references, type Shape } from "./shape.ts";
import { at, EMPTY, isTable, type Path, put, renamed, same, type Table, table, type Value } from "./tables.ts";

/** Where an entry is named, outside itself. */
export function referencesTo(shape: Shape, config: Table, section: string, name: string): Path[] {
  return [...references(shape, config)]
    .filter((each) => each.section === section && each.name === name)
    .map(({ path }) => path)
    .filter((path) => path[0] !== section || path[1] !== name);
}

/** Under another name, at its place; all that refers to it follows. */
export function rename(shape: Shape, config: Table, section: string, from: string, to: string): Table {
  if (from === to) return config;
  let edited = config;
  for (const { path, section: referred, name, isKey } of [...references(shape, config)]) {
    if (referred !== section || name !== from) continue;
    const holder = path.slice(0, -1);
    const entries = at(edited, holder);
    edited = isKey && isTable(entries) ? put(edited, holder, renamed(entries, from, to)) : put(edited, path, to);
  }
  return put(edited, [section], renamed(table(edited, section), from, to));
}

/** A copy with a name of its own, after the original. */
export function duplicate(config: Table, section: string, name: string): { config: Table; name: string } {
  const entries = table(config, section);
  const copy = freeName(entries, name);
  const after = new Map<string, Value>();
  for (const [key, value] of entries) {
    after.set(key, value);
    if (key === name) after.set(copy, value);
  }
  return { config: put(config, [section], after), name: copy };
}

/** `anna` → `anna-2`, `anna-2` → `anna-3`. */
function freeName(entries: Table, like: string): string {
  const stem = like.replace(/-\d+$/, "");
  for (let number = 2; ; number++) if (!entries.has(`${stem}-${number}`)) return `${stem}-${number}`;
}

/** Without the entry; `alsoReferences`: and without all that named it. */
export function remove(shape: Shape, config: Table, section: string, name: string, alsoReferences: boolean): Table {
  let edited = put(config, [section, name], undefined);
  if (!alsoReferences) return edited;
  const [first, ...rest] = referencesTo(shape, edited, section, name).reverse(); // lists from their ends
  for (const path of first ? [first, ...rest] : []) edited = put(edited, unnamed(shape, path), undefined);
  return edited;
}

/** What is taken away with a name: an action is nothing without where it leads. */
function unnamed(shape: Shape, path: Path): Path {
  const holder = path.slice(0, -1);
  return fieldAt(shape, holder)?.kind === "action" ? holder : path;
}

/** A value that is as little as may be. */
export function blank(item: Field | null): Value {
  if (item?.kind === "number") return item.min ?? 1;
  if (item?.kind === "boolean") return false;
  if (item?.kind === "list") return [];
  return item && item.kind !== "table" && item.kind !== "map" && !isWholeKind(item.kind) ? "" : EMPTY;
}

/** With a field set: what is its default anyway, or nothing, is left out, as in a file that somebody wrote. */
export function setField(shape: Shape, config: Table, path: Path, value: Value | undefined): Table {
  const field = fieldAt(shape, path);
  const isItem = fieldAt(shape, path.slice(0, -1))?.of !== null; // of a list or a map: there because it was put there
  const needless = field && !isItem && !field.required && (isNothing(field, value) || same(value, field.default, true));
  if (!needless && value !== undefined) return put(config, path, value);
  return pruned(shape, put(config, path, undefined), path.slice(0, -1));
}

function isNothing({ kind, default: standard }: Field, value: Value | undefined): boolean {
  if (value === undefined || value === "") return true;
  if (kind === "table") return false; // an empty one may switch something on
  const empty = (of: Value | undefined) =>
    of === undefined || (isTable(of) ? of.size === 0 : Array.isArray(of) && !of.length);
  return empty(value) && empty(standard);
}

/** Tables on the way that hold nothing more, and need not be there, go too. */
function pruned(shape: Shape, config: Table, path: Path): Table {
  const field = fieldAt(shape, path);
  const holder = at(config, path);
  const isItem = fieldAt(shape, path.slice(0, -1))?.of !== null;
  const needless =
    path.length > 1 && !isItem && field?.kind === "table" && !field.required && field.default !== undefined;
  if (!needless || !isTable(holder) || holder.size) return config;
  return pruned(shape, put(config, path, undefined), path.slice(0, -1));
}

export const NAME = /^[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}$/;

/** Why an entry cannot have this name. */
export function nameProblem(entries: Table, name: string, pattern = NAME): "empty" | "taken" | "letters" | null {
  if (!name) return "empty";
  if (entries.has(name)) return "taken";
  return pattern.test(name) ? null : "letters";
}
