// How dates and figures are written: as this browser's person has them, where that is the language of the words.

/** "en" → "en-GB", where the browser says so. */
export function localeOf(language: string, wanted: readonly string[] = navigator.languages): string {
  return wanted.find((each) => each.toLowerCase().split("-")[0] === language) ?? language;
}
