// Finds telephone numbers in text, conservatively: what begins with + or 00 and a country's code, and what fits a
// pattern that the integrator gave. Dates, ids and amounts have neither. Whether it is a number, the engine decides.

export interface Found {
  readonly number: string;
  readonly start: number;
  readonly end: number;
}

export type Finder = (text: string) => Found[];

const LONGEST = 5_000; // characters of one piece of text
const MOST = 20; // numbers in one
// Neither part of a word, an id, an address nor a sum.
const BEFORE = String.raw`(?<![\p{L}\p{N}_+=#@&?%$~/\\\-])`;
const AFTER = String.raw`(?![\p{L}\p{N}_@]|[\-./:,]\d)`;
const BETWEEN = String.raw`[ \u00a0\u202f().\-/]{0,3}`;
const INTERNATIONAL = String.raw`\+[1-9](?:${BETWEEN}\d){7,14}`;
const PREFIXED = String.raw`00[1-9]\d{0,2}[ \u00a0(.\-/](?:${BETWEEN}\d){6,12}`;
const PATTERN = /^[0-9X]([0-9X ]{3,22})[0-9X]$/;

/** `patterns`: of national numbers, such as "9XX XXX XXX"; X is a digit, a space one that may be there or not. */
export function finder(patterns: readonly string[]): Finder {
  const shapes = [INTERNATIONAL, PREFIXED, ...patterns.filter((each) => PATTERN.test(each)).map(shape)];
  const any = new RegExp(`${BEFORE}(?:${shapes.join("|")})${AFTER}`, "gu");
  return (text) => {
    const found: Found[] = [];
    for (const match of text.slice(0, LONGEST).matchAll(any)) {
      found.push({ number: match[0], start: match.index, end: match.index + match[0].length });
      if (found.length === MOST) break;
    }
    return found;
  };
}

/** Either all of its spaces (or what stands for them) or none. */
function shape(pattern: string): string {
  const groups = pattern
    .split(/ +/)
    .map((group) => group.replace(/X+/g, (run) => String.raw`\d{${String(run.length)}}`));
  const spaced = groups.join(String.raw`[ \u00a0\u202f.\-/]`);
  return groups.length > 1 ? `(?:${spaced}|${groups.join("")})` : spaced;
}

/** Of a link's address: `tel:+34-932-009-000;ext=3` has no number that can be dialled alone. */
export function ofLink(href: string): string | null {
  const found = /^tel:([+0-9][0-9().\-]{2,30})$/i.exec(href.trim());
  return found?.[1] ?? null;
}
