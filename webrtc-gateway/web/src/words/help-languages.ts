// Which languages the customer's button ships, and how one is fetched.

import { type HelpKey, helpEn } from "./help-en.ts";
import type { Words } from "./words.ts";

export const HELP_LANGUAGES = ["en", "de", "es"] as const;

const LOADERS: Readonly<Record<string, () => Promise<{ readonly words: Words<HelpKey> }>>> = {
  de: () => import("./help-de.ts"),
  es: () => import("./help-es.ts"),
};

export async function helpWords(language: string): Promise<Words<HelpKey>> {
  const load = LOADERS[language];
  return load ? (await load()).words : helpEn;
}
