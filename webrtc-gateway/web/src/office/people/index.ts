// The page "people": who works in the office, who is signed in, keys for programs, and who did what.

import { html, render } from "lit";
import { peopleWords } from "../../words/people-languages.ts";
import type { Office, OfficePage } from "../page.ts";
import { AuditTab } from "./audit.ts";
import { KeysTab } from "./keys.ts";
import { tabs } from "./parts/tabs.ts";
import { SignInsTab } from "./sign-ins.ts";
import { StaffTab } from "./staff.ts";
import type { Room } from "./tab.ts";

customElements.define("people-staff", StaffTab);
customElements.define("people-sign-ins", SignInsTab);
customElements.define("people-keys", KeysTab);
customElements.define("people-audit", AuditTab);

const page: OfficePage = {
  mount(host, office, rest) {
    let mounted = true;
    void peopleWords(office.language).then((words) => {
      if (mounted) render(view({ office, words }, office, rest), host);
    });
    return () => {
      mounted = false;
      host.replaceChildren();
    };
  },
};

function view(room: Room, office: Office, rest: string) {
  return html`<section class="people">${tabs(room.words, office, rest)} ${inside(room, rest)}</section>`;
}

function inside(room: Room, rest: string) {
  if (rest === "sign-ins") return html`<people-sign-ins .room=${room}></people-sign-ins>`;
  if (rest === "keys") return html`<people-keys .room=${room}></people-keys>`;
  if (rest === "audit") return html`<people-audit .room=${room}></people-audit>`;
  return html`<people-staff .room=${room}></people-staff>`;
}

export default page;
