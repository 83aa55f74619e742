// What a configuration may hold, as the engine tells it (docs/reference/configuration-api.md): forms are made from it.

import { at, isList, isTable, list, type Path, type Table, text, type Value } from "./tables.ts";

const KINDS = [
  "text", "number", "boolean", "duration", "choice", "reference", "list", "table", "map", "action", "secret",
] as const; // prettier-ignore
export type Kind = (typeof KINDS)[number];

export interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly help: string;
  readonly required: boolean;
  /** What counts when the key is left out. */
  readonly default: Value | undefined;
  readonly min: Value | undefined;
  readonly max: Value | undefined;
  readonly hint: string;
  readonly choices: readonly string[];
  /** The section whose entry this names; of a map, its keys. */
  readonly reference: string;
  /** Whether other words will do too. */
  readonly free: boolean;
  readonly fields: readonly Field[];
  readonly of: Field | null;
  /** What the keys of a map are. */
  readonly key: Field | null;
  readonly ordered: boolean;
  readonly needsRestart: boolean;
}

export type Shape = readonly Field[];

export function readShape(said: Value): Shape {
  return list(at(said, ["sections"])).map(readField);
}

function readField(said: Value): Field {
  const get = (key: string) => at(said, [key]);
  const kind = KINDS.find((each) => each === get("kind"));
  const reference = text(get("reference"));
  return {
    name: text(get("name")),
    kind: kind ?? "text",
    help: text(get("help")),
    required: get("required") === true,
    default: get("default"),
    min: get("min") ?? get("above"),
    max: get("max"),
    hint: text(get("hint")),
    choices: list(get("choices")).map(String),
    reference: reference || text(get("suggestions")),
    free: !reference,
    fields: list(get("fields")).map(readField),
    of: isTable(get("of")) ? readField(get("of") as Value) : null,
    key: isTable(get("key")) ? readField(get("key") as Value) : null,
    ordered: get("ordered") === true,
    needsRestart: get("needs_restart") === true,
  };
}

/** The field at a place in the configuration. */
export function fieldAt(shape: Shape, path: Path): Field | undefined {
  const [section, ...rest] = path;
  return rest.reduce(
    within,
    shape.find(({ name }) => name === section),
  );
}

function within(field: Field | undefined, part: string | number): Field | undefined {
  return field?.of ?? field?.fields.find(({ name }) => name === part);
}

/** Tables that are one value: half of one and half of another would be none. */
export const isWholeKind = (kind: Kind): boolean => kind === "action" || kind === "secret";

export const isWhole =
  (shape: Shape) =>
  (path: Path): boolean =>
    isWholeKind(fieldAt(shape, path)?.kind ?? "table");

/** Sections whose entries are edited one by one, as forms. */
export const hasEntries = (section: Field | undefined): boolean => section?.kind === "map";

export interface Reference {
  readonly path: Path;
  /** Of the entry that is named, which may not be there. */
  readonly section: string;
  readonly name: string;
  /** It is named by a key, as in an agent's skills. */
  readonly isKey: boolean;
}

/** All that is named anywhere. */
export function* references(shape: Shape, config: Table): Generator<Reference> {
  for (const section of shape) yield* referencesIn(section, config.get(section.name), [section.name]);
}

function* referencesIn(field: Field, value: Value | undefined, path: Path): Generator<Reference> {
  if (typeof value === "string") {
    if (field.reference) yield { path, section: field.reference, name: value, isKey: false };
  } else if (isList(value)) {
    for (const [place, item] of value.entries()) if (field.of) yield* referencesIn(field.of, item, [...path, place]);
  } else if (isTable(value)) {
    for (const [key, item] of value) {
      const section = field.key?.reference;
      if (section) yield { path: [...path, key], section, name: key, isKey: true };
      const inner = within(field, key) ?? actionField(field, key);
      if (inner) yield* referencesIn(inner, item, [...path, key]);
    }
  }
}

/** An action is the same everywhere, whether the shape takes it apart or not. */
function actionField(field: Field, key: string): Field | undefined {
  const section = { queue: "queues", service: "services", prompt: "prompts" }[key];
  if (field.kind !== "action" || section === undefined) return undefined;
  return { ...field, name: key, kind: "reference", reference: section, free: key === "prompt", fields: [] };
}
