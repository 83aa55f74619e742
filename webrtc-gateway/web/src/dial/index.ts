// One script tag on a page of a CRM: its telephone numbers get a button. See docs/how-to/click-to-dial.md.

import { pickLanguage, type Words } from "../words/words.ts";
import { words as de } from "../words/dial-de.ts";
import { type DialKey, words as en } from "../words/dial-en.ts";
import { words as es } from "../words/dial-es.ts";
import { type Asker, callUrl, ownServer } from "./asking.ts";
import { DialButton } from "./button.ts";
import { finder } from "./numbers.ts";
import { Page } from "./page.ts";

const LANGUAGES: Readonly<Record<string, Words<DialKey>>> = { en, de, es };
const HERE = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Null, and a word in the console, where the tag is not as it must be: then the page is left alone. */
function askerOf(tag: HTMLScriptElement): Asker | null {
  const { url, callUrl: address, key, source } = tag.dataset;
  tag.removeAttribute("data-key"); // what is not in the page is not read from it later
  if (url) {
    const own = new URL(url, location.href);
    return own.origin === location.origin ? ownServer(own.href) : wrong("data-url must be of the page's own origin");
  }
  if (!address || !key) return wrong("data-url is missing, or data-call-url with data-key");
  const there = new URL(address, location.href);
  if (there.protocol !== "https:" && !HERE.has(there.hostname)) return wrong("data-call-url must begin with https://");
  return callUrl(there.href, key, source ?? "");
}

function wrong(what: string): null {
  console.warn(`cordpair dial.js: ${what}`);
  return null;
}

function begin(tag: HTMLScriptElement): void {
  const asker = askerOf(tag);
  if (!asker || customElements.get("cordpair-dial")) return;
  customElements.define("cordpair-dial", DialButton);
  const wanted = [tag.dataset.language, document.documentElement.lang, ...navigator.languages];
  const language = pickLanguage(
    wanted.filter((each) => each !== undefined && each !== "") as string[],
    Object.keys(LANGUAGES),
  );
  const words = LANGUAGES[language] ?? en;
  const patterns = (tag.dataset.national ?? "").split(",").map((each) => each.trim());
  const page = new Page(finder(patterns), (number) => {
    const button = new DialButton();
    button.begin(number, { asker, words, language });
    return button;
  });
  if (document.body) page.begin();
  else addEventListener("DOMContentLoaded", () => page.begin(), { once: true });
}

const tag = document.currentScript ?? document.querySelector("script[src*='/web/dial.js']");
if (tag instanceof HTMLScriptElement) begin(tag);
