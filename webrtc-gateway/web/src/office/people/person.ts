// A person of the office, and the form in which they are added and changed.

import { html } from "lit";
import type { PeopleKey } from "../../words/people-en.ts";
import { say, type Words } from "../../words/words.ts";
import type { Problem } from "../page.ts";
import { choice, field, text } from "./parts/fields.ts";

export interface Person {
  readonly name: string;
  readonly full_name: string;
  readonly role: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly agent: boolean;
  readonly password_since: string | null;
}

const ROLES = ["admin", "supervisor", "read-only"] as const;
export const NOBODY: Person = {
  name: "",
  full_name: "",
  role: "supervisor",
  enabled: true,
  version: 0,
  agent: false,
  password_since: null,
};

export function personForm(words: Words<PeopleKey>, problems: readonly Problem[], person: Person, isNew: boolean) {
  const roles = ROLES.map((value) => ({ value, text: say(words, `role_${value}`) }));
  return html`${field(say(words, "name"), "name", problems, (wrong) =>
    text("name", person.name, wrong, { off: !isNew || person.name !== "", first: isNew }),
  )}
  ${field(say(words, "full_name"), "full_name", problems, (wrong) => text("full_name", person.full_name, wrong))}
  ${field(say(words, "role"), "role", problems, (wrong) => choice("role", roles, person.role, wrong))}
  ${
    isNew
      ? html`<p class="soft">${say(words, "add_why")}</p>`
      : html`<label class="tick"
          ><input type="checkbox" name="enabled" .checked=${person.enabled} /> ${say(words, "may_sign_in")}</label
        >`
  }`;
}
