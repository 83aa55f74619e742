// Texts by key, with {places} to fill. A language is a module of its own, loaded when it is wanted.

export type Words<Key extends string> = Readonly<Record<Key, string>>;

/** The words for a key, `{name}` filled from `values`; a key that is not there shows itself. */
export function say<Key extends string>(
  words: Words<Key>,
  key: Key,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The first wanted language that there is: "de-AT" is served by "de". */
export function pickLanguage(wanted: readonly string[], shipped: readonly string[]): string {
  for (const each of wanted) {
    const language = each.toLowerCase();
    const found = shipped.find((name) => name === language) ?? shipped.find((name) => name === language.split("-")[0]);
    if (found) return found;
  }
  return shipped[0] ?? "en";
}

const RIGHT_TO_LEFT = new Set(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

export function direction(language: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(language.toLowerCase().split("-")[0] ?? "") ? "rtl" : "ltr";
}
