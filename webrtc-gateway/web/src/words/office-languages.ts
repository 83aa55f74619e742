// Which languages the office ships, and how one is fetched.

import { type OfficeKey, officeEn } from "./office-en.ts";
import type { Words } from "./words.ts";

export type OfficeWords = Words<OfficeKey>;

export const OFFICE_LANGUAGES = ["en", "de", "es"] as const;

export async function officeWords(language: string): Promise<OfficeWords> {
  if (language === "de") return (await import("./office-de.ts")).words;
  if (language === "es") return (await import("./office-es.ts")).words;
  return officeEn;
}
