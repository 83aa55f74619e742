// How the wall-board's words are fetched in a language.

import { type WallKey, wallEn } from "./wall-en.ts";
import type { Words } from "./words.ts";

export async function wallWords(language: string): Promise<Words<WallKey>> {
  if (language === "de") return (await import("./wall-de.ts")).words;
  if (language === "es") return (await import("./wall-es.ts")).words;
  return wallEn;
}
