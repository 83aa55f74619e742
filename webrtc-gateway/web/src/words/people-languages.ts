import { type PeopleKey, peopleEn } from "./people-en.ts";
import type { Words } from "./words.ts";

export type PeopleWords = Words<PeopleKey>;

export async function peopleWords(language: string): Promise<PeopleWords> {
  if (language === "de") return (await import("./people-de.ts")).words;
  if (language === "es") return (await import("./people-es.ts")).words;
  return peopleEn;
}
