// The configurator's words in the language of the office.

import { type ConfigurationKey, configurationEn } from "./configuration-en.ts";
import type { Words } from "./words.ts";

export async function configurationWords(language: string): Promise<Words<ConfigurationKey>> {
  if (language === "de") return (await import("./configuration-de.ts")).words;
  if (language === "es") return (await import("./configuration-es.ts")).words;
  return configurationEn;
}
