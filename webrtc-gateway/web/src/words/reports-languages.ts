// How the reports' words are fetched in a language.

import { type ReportsKey, reportsEn } from "./reports-en.ts";
import type { Words } from "./words.ts";

export type ReportsWords = Words<ReportsKey>;

export async function reportsWords(language: string): Promise<ReportsWords> {
  if (language === "de") return (await import("./reports-de.ts")).words;
  if (language === "es") return (await import("./reports-es.ts")).words;
  return reportsEn;
}
