// <people-staff>: people of the office and agents, and links to new passwords.

import { html, nothing } from "lit";
import type { PeopleKey } from "../../words/people-en.ts";
import { say } from "../../words/words.ts";
import { dialog, secret } from "./parts/dialog.ts";
import { choice, field, text } from "./parts/fields.ts";
import { Tab } from "./tab.ts";

interface Person {
  readonly name: string;
  readonly full_name: string;
  readonly role: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly agent: boolean;
  readonly password_since: string | null;
}

interface Agent {
  readonly name: string;
  readonly password_since: string | null;
}

interface Link {
  readonly name: string;
  readonly link: string;
  readonly until: string;
}

type Open =
  | null
  | { readonly what: "person"; readonly person: Person; readonly is: "new" | "known" }
  | { readonly what: "remove"; readonly person: Person }
  | { readonly what: "link"; readonly link: Link };

const ROLES = ["admin", "supervisor", "read-only"] as const;
const NOBODY: Person = {
  name: "",
  full_name: "",
  role: "supervisor",
  enabled: true,
  version: 0,
  agent: false,
  password_since: null,
};

export class StaffTab extends Tab {
  static override properties = {
    ...Tab.properties,
    people: { state: true },
    agents: { state: true },
    open: { state: true },
  };

  declare private people: readonly Person[];
  declare private agents: readonly Agent[];
  declare private open: Open;

  constructor() {
    super();
    this.people = this.agents = [];
    this.open = null;
  }

  protected override async load(): Promise<void> {
    const found = await this.office.api.get<{ people: Person[]; agents: Agent[] }>("/v1/people");
    this.people = found.people;
    this.agents = found.agents;
  }

  override render() {
    const { words } = this;
    return html`<div class="row head">
        <h1>${say(words, "tab_people")}</h1>
        <button id="add-person" @click=${() => this.show({ what: "person", person: NOBODY, is: "new" })}>
          ${say(words, "add_person")}
        </button>
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              ${this.heads("name", "full_name", "role", "may_sign_in", "password", "actions")}
            </tr>
          </thead>
          <tbody>
            ${this.people.map((person) => this.line(person))}
          </tbody>
        </table>
      </div>
      ${this.agents.length ? this.desks() : nothing} ${this.dialog()}`;
  }

  private heads(...keys: PeopleKey[]) {
    return keys.map((key) => html`<th scope="col">${say(this.words, key)}</th>`);
  }

  private line(person: Person) {
    const { words } = this;
    return html`<tr data-person=${person.name}>
      <th scope="row">
        <bdi>${person.name}</bdi> ${person.agent ? html`<small>${say(words, "agent_too")}</small>` : nothing}
      </th>
      <td data-label=${say(words, "full_name")}><bdi>${person.full_name}</bdi></td>
      <td data-label=${say(words, "role")}>${say(words, `role_${person.role}` as PeopleKey)}</td>
      <td data-label=${say(words, "may_sign_in")}>${say(words, person.enabled ? "yes" : "no")}</td>
      <td data-label=${say(words, "password")}>${this.password(person)}</td>
      <td class="actions">
        ${this.button("edit", person.name, () => this.show({ what: "person", person, is: "known" }))}
        ${person.enabled ? this.button("new_password", person.name, () => void this.link(person.name)) : nothing}
        ${this.button("remove", person.name, () => this.show({ what: "remove", person }))}
      </td>
    </tr>`;
  }

  private password({ password_since }: Agent) {
    return password_since ? this.time(password_since) : say(this.words, "none_yet");
  }

  private button(key: PeopleKey, name: string, pressed: () => void) {
    return html`<button
      class="quiet small"
      data-action=${key}
      aria-label=${`${say(this.words, key)}: ${name}`}
      ?disabled=${this.busy}
      @click=${pressed}
    >
      ${say(this.words, key)}
    </button>`;
  }

  private desks() {
    const { words } = this;
    return html`<h2>${say(words, "desks_only")}</h2>
      <p class="soft">${say(words, "desks_why")}</p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              ${this.heads("name", "password", "actions")}
            </tr>
          </thead>
          <tbody>
            ${this.agents.map(
              (agent) =>
                html`<tr data-agent=${agent.name}>
                  <th scope="row"><bdi>${agent.name}</bdi></th>
                  <td data-label=${say(words, "password")}>${this.password(agent)}</td>
                  <td class="actions">
                    ${this.button("new_password", agent.name, () => void this.link(agent.name))}
                    ${this.button("into_office", agent.name, () =>
                      this.show({ what: "person", person: { ...NOBODY, name: agent.name }, is: "new" }),
                    )}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  // ---------------------------------------------------------------- dialogs

  private show(open: Open): void {
    this.problems = [];
    this.open = open;
  }

  private readonly close = () => this.show(null);

  protected override forget(): void {
    this.close();
  }

  private dialog() {
    const { open, words, busy, close } = this;
    if (!open) return nothing;
    if (open.what === "link") {
      const why = say(words, "link_why", { until: this.time(open.link.until) });
      return secret(words, say(words, "link_for", { name: open.link.name }), why, open.link.link, close);
    }
    if (open.what === "remove")
      return dialog({
        words,
        title: say(words, "remove_title", { name: open.person.name }),
        inside: html`<p>${say(words, open.person.agent ? "remove_agent_why" : "remove_why")}</p>`,
        action: say(words, "remove"),
        danger: true,
        busy,
        problems: this.problems,
        submit: () => void this.remove_(open.person),
        close,
      });
    const title = open.is === "new" ? say(words, "add_person") : say(words, "edit_title", { name: open.person.name });
    return dialog({
      words,
      title,
      inside: this.form(open.person, open.is === "new"),
      action: say(words, "save"),
      busy,
      problems: this.problems,
      submit: (form) => void this.save(open.person, open.is === "new", form),
      close,
    });
  }

  private form(person: Person, isNew: boolean) {
    const { words, problems } = this;
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

  // ---------------------------------------------------------------- what is done

  private async save(person: Person, isNew: boolean, form: FormData): Promise<void> {
    const { api } = this.office;
    const given = (key: string) => form.get(key) as string;
    const name = isNew ? given("name").trim() : person.name;
    const rest = { full_name: given("full_name"), role: given("role") };
    const saved = await this.do(async () => {
      if (isNew) await api.send("POST", "/v1/people", { name, ...rest });
      else await api.send("PATCH", pathOf(person), { version: person.version, ...rest, enabled: form.has("enabled") });
      this.close();
      await this.load();
      this.office.say("good", say(this.words, "saved", { name }));
    });
    if (saved && isNew && !this.people.find((each) => each.name === name)?.password_since) await this.link(name);
  }

  private async remove_(person: Person): Promise<void> {
    await this.do(async () => {
      await this.office.api.send("DELETE", `${pathOf(person)}?version=${person.version}`);
      this.close();
      await this.load();
      this.office.say("good", say(this.words, "removed", { name: person.name }));
    });
  }

  private async link(name: string): Promise<void> {
    await this.do(async () => {
      const path = `/v1/people/${encodeURIComponent(name)}/password-reset`;
      const { link, until } = await this.office.api.send<Link>("POST", path);
      this.show({ what: "link", link: { name, link: new URL(link, location.href).href, until } });
    });
  }
}

function pathOf({ name }: Person): string {
  return `/v1/people/${encodeURIComponent(name)}`;
}
