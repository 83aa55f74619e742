// Which languages the desk ships, and how one is fetched.

import { type DeskKey, deskEn } from "./desk-en.ts";
import type { Words } from "./words.ts";

export const DESK_LANGUAGES = ["en", "de", "es"] as const;

export async function deskWords(language: string): Promise<Words<DeskKey>> {
  if (language === "de") return (await import("./desk-de.ts")).words;
  if (language === "es") return (await import("./desk-es.ts")).words;
  return deskEn;
}
