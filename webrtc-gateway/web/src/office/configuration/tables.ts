// A configuration's tables. Maps, because the order of entries counts (services, agents) and an object would put
// those with numbers for names, such as a service "4711", before all others.

export type Value = string | number | boolean | readonly Value[] | Table;
export type Table = ReadonlyMap<string, Value>;
export type Path = readonly (string | number)[];

export const EMPTY: Table = new Map();

export const isTable = (value: unknown): value is Table => value instanceof Map;
export const isList = (value: unknown): value is readonly Value[] => Array.isArray(value);

/** The table under this key, or an empty one. */
export function table(holder: Value | undefined, key: string): Table {
  const found = isTable(holder) ? holder.get(key) : undefined;
  return isTable(found) ? found : EMPTY;
}

export const list = (value: Value | undefined): readonly Value[] => (isList(value) ? value : []);
export const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

export function at(root: Value | undefined, path: Path): Value | undefined {
  let found = root;
  for (const part of path) {
    if (isTable(found)) found = found.get(String(part));
    else if (isList(found) && typeof part === "number") found = found[part];
    else return undefined;
  }
  return found;
}

/** The tables with another value there; tables on the way are made. `undefined` takes the key, or the item, away. */
export function put(root: Table, path: Path, value: Value | undefined): Table {
  return replaced(root, path, value) as Table;
}

function replaced(holder: Value | undefined, path: Path, value: Value | undefined): Value | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === "number" && !isTable(holder)) {
    const items = [...list(holder)];
    const item = replaced(items[part], rest, value);
    if (item === undefined) items.splice(part, 1);
    else items[part] = item;
    return items;
  }
  const entries = new Map(isTable(holder) ? holder : EMPTY);
  const entry = replaced(entries.get(String(part)), rest, value);
  if (entry === undefined) entries.delete(String(part));
  else entries.set(String(part), entry);
  return entries;
}

/** The same entries, one under another name at its old place. */
export function renamed(entries: Table, from: string, to: string): Table {
  return new Map([...entries].map(([key, value]) => [key === from ? to : key, value]));
}

/** The entry one place earlier (-1) or later (1). */
export function moved(entries: Table, key: string, by: -1 | 1): Table {
  const all = [...entries];
  const from = all.findIndex(([name]) => name === key);
  const [entry] = all.slice(from, from + 1);
  if (!entry || from + by < 0 || from + by >= all.length) return entries;
  all.splice(from, 1);
  all.splice(from + by, 0, entry);
  return new Map(all);
}

/** Tables are equal whatever their order; `inOrder`: only in the same. */
export function same(one: Value | undefined, other: Value | undefined, inOrder = false): boolean {
  if (isTable(one) && isTable(other)) {
    if (one.size !== other.size) return false;
    if (inOrder && ![...one.keys()].every((key, place) => [...other.keys()][place] === key)) return false;
    return [...one].every(([key, value]) => other.has(key) && same(value, other.get(key), inOrder));
  }
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((item, place) => same(item, other[place], inOrder));
  return one === other;
}

// ---------------------------------------------------------------- as JSON

/** With every table a Map. Before JSON.parse sees them, keys get a letter, so that none is taken for a number. */
export function fromJson(json: string): Value {
  const marked = json.replace(/"((?:[^"\\]|\\.)*)"(\s*:)?/g, (whole, inside: string, colon?: string) =>
    colon === undefined ? whole : `"k${inside}"${colon}`,
  );
  return tables(JSON.parse(marked) as unknown);
}

function tables(value: unknown): Value {
  if (Array.isArray(value)) return value.map(tables);
  if (value !== null && typeof value === "object") {
    const present = Object.entries(value).filter(([, item]) => item !== null);
    return new Map(present.map(([key, item]) => [key.slice(1), tables(item)]));
  }
  return value as Value;
}

export function toJson(value: Value): string {
  if (isTable(value)) return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`).join(",")}}`;
  if (isList(value)) return `[${value.map(toJson).join(",")}]`;
  return JSON.stringify(value);
}

// ---------------------------------------------------------------- paths, as problems name them

const BARE = /^[A-Za-z0-9_-]+$/;
const PART = /\[(\d+)\]|"((?:[^"\\]|\\.)*)"|([^.[\]"]+)/g;

export function showPath(path: Path): string {
  let shown = "";
  for (const part of path) {
    if (typeof part === "number") shown += `[${part}]`;
    else {
      const key = BARE.test(part) ? part : `"${part.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
      shown += shown ? `.${key}` : key;
    }
  }
  return shown;
}

export function parsePath(shown: string): Path {
  return [...shown.matchAll(PART)].map(([, index, quoted, bare]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? quoted.replace(/\\(.)/g, "$1") : (bare ?? ""),
  );
}

export const startsWith = (path: Path, start: Path): boolean => start.every((part, place) => path[place] === part);
