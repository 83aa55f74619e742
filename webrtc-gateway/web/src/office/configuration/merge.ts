// Bringing a draft onto what somebody else applied meanwhile. What only one side changed is taken; the same change on
// both sides is one; all else is a conflict, in which theirs stands until somebody decides.

import { EMPTY, isTable, type Path, put, same, type Table, type Value } from "./tables.ts";

export interface Conflict {
  readonly path: Path;
  readonly base: Value | undefined;
  readonly mine: Value | undefined;
  readonly theirs: Value | undefined;
}

export interface Merged {
  readonly config: Table;
  readonly conflicts: readonly Conflict[];
}

type Whole = (path: Path) => boolean;

/** `whole`: tables that are one value; half of one action and half of another would be none. */
export function merge(base: Table, mine: Table, theirs: Table, whole: Whole = () => false): Merged {
  const conflicts: Conflict[] = [];
  const config = mergeTables(base, mine, theirs, [], whole, conflicts);
  return { config, conflicts };
}

/** With mine where `choices` says so, by the conflict's place. */
export function settle({ config, conflicts }: Merged, choices: readonly ("mine" | "theirs")[]): Table {
  let settled = config;
  conflicts.forEach((conflict, place) => {
    if (choices[place] === "mine") settled = put(settled, conflict.path, conflict.mine);
  });
  return settled;
}

function mergeTables(base: Table, mine: Table, theirs: Table, path: Path, whole: Whole, conflicts: Conflict[]): Table {
  const merged = new Map<string, Value>();
  for (const key of order([...base.keys()], [...mine.keys()], [...theirs.keys()])) {
    const value = mergeValue(base.get(key), mine.get(key), theirs.get(key), [...path, key], whole, conflicts);
    if (value !== undefined) merged.set(key, value);
  }
  return merged;
}

function mergeValue(
  base: Value | undefined,
  mine: Value | undefined,
  theirs: Value | undefined,
  path: Path,
  whole: Whole,
  conflicts: Conflict[],
): Value | undefined {
  if (same(mine, theirs, true) || same(mine, base, true)) return theirs;
  if (same(theirs, base, true)) return mine;
  if (isTable(mine) && isTable(theirs) && !whole(path))
    return mergeTables(isTable(base) ? base : EMPTY, mine, theirs, path, whole, conflicts);
  if (!same(mine, theirs)) conflicts.push({ path, base, mine, theirs });
  return theirs;
}

/** The keys of both sides, in the order of the side that changed it: theirs when both did. What only the other has
 * comes after what it follows there. */
function order(base: string[], mine: string[], theirs: string[]): string[] {
  const common = (keys: string[], other: string[]) => keys.filter((key) => other.includes(key)).join("\n");
  const unmoved = common(theirs, base) === common(base, theirs);
  const [first, second] = unmoved ? [mine, theirs] : [theirs, mine];
  const keys = [...first];
  second.forEach((key, place) => {
    if (keys.includes(key)) return;
    const before = second.slice(0, place).findLast((each) => keys.includes(each));
    keys.splice(before === undefined ? 0 : keys.indexOf(before) + 1, 0, key);
  });
  return keys;
}
