import { html } from "lit";
import type { PeopleKey } from "../../../words/people-en.ts";
import { say, type Words } from "../../../words/words.ts";
import type { Office } from "../../page.ts";
import { addressOf } from "../../route.ts";

const TABS: readonly (readonly [rest: string, text: PeopleKey])[] = [
  ["", "tab_people"],
  ["sign-ins", "tab_sign_ins"],
  ["keys", "tab_keys"],
  ["audit", "tab_audit"],
];

export function tabs(words: Words<PeopleKey>, office: Office, rest: string) {
  const open = TABS.some(([name]) => name === rest) ? rest : "";
  const go = (event: MouseEvent, path: string) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // in another tab of the browser
    event.preventDefault();
    office.go(path);
  };
  return html`<nav class="tabs" aria-label=${say(words, "tabs")}>
    ${TABS.map(([name, text]) => {
      const path = name ? `people/${name}` : "people";
      return html`<a
        href=${addressOf(path)}
        aria-current=${name === open ? "page" : "false"}
        @click=${(event: MouseEvent) => go(event, path)}
        >${say(words, text)}</a
      >`;
    })}
  </nav>`;
}
