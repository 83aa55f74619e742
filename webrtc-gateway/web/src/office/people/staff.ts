// <people-staff>: people of the office and agents, and links to new passwords.

import { html, nothing } from "lit";
import type { PeopleKey } from "../../words/people-en.ts";
import { say } from "../../words/words.ts";
import {
  agentForm,
  type AgentAdded,
  agentOf,
  type Centre,
  centreOf,
  fileOf,
  inForm,
  type Made,
  NO_CENTRE,
  type PhoneSettings,
  save,
  shownOnce,
} from "./new-agent.ts";
import { dialog, secret } from "./parts/dialog.ts";
import { NOBODY, type Person, personForm } from "./person.ts";
import { Tab } from "./tab.ts";

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
  | { readonly what: "link"; readonly link: Link }
  | { readonly what: "agent" }
  | { readonly what: "remove-agent"; readonly name: string }
  | { readonly what: "made"; readonly made: Made };

export class StaffTab extends Tab {
  static override properties = {
    ...Tab.properties,
    people: { state: true },
    agents: { state: true },
    centre: { state: true },
    open: { state: true },
  };

  declare private people: readonly Person[];
  declare private agents: readonly Agent[];
  declare private centre: Centre;
  declare private open: Open;

  constructor() {
    super();
    this.people = this.agents = [];
    this.centre = NO_CENTRE;
    this.open = null;
  }

  protected override async load(): Promise<void> {
    const { api } = this.office;
    const found = await api.get<{ people: Person[]; agents: Agent[] }>("/v1/people");
    this.centre = centreOf(await api.get("/v1/configuration"));
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
        <button id="add-agent" @click=${() => this.show({ what: "agent" })}>${say(words, "add_agent")}</button>
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
        ${this.phoneButton(person.name)}
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

  private phoneButton(name: string) {
    const seat = this.centre.phones.get(name);
    return seat ? this.button("phone_settings", name, () => void this.phone(name, seat)) : nothing;
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
                    ${this.phoneButton(agent.name)}
                    ${this.button("remove", agent.name, () => this.show({ what: "remove-agent", name: agent.name }))}
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
    if (open.what === "made")
      return shownOnce({
        words,
        made: open.made,
        busy,
        fetch: (program) => void this.fetch(open.made, program),
        close,
      });
    if (open.what === "agent")
      return dialog({
        words,
        title: say(words, "add_agent"),
        inside: agentForm(words, this.centre, this.problems),
        action: say(words, "save"),
        busy,
        problems: inForm(this.problems),
        submit: (form) => void this.addAgent(form),
        close,
      });
    if (open.what === "remove-agent")
      return dialog({
        words,
        title: say(words, "remove_title", { name: open.name }),
        inside: html`<p>${say(words, "remove_agent_whole")}</p>`,
        action: say(words, "remove"),
        danger: true,
        busy,
        problems: this.problems,
        submit: () => void this.removeAgent(open.name),
        close,
      });
    const title = open.is === "new" ? say(words, "add_person") : say(words, "edit_title", { name: open.person.name });
    return dialog({
      words,
      title,
      inside: personForm(words, this.problems, open.person, open.is === "new"),
      action: say(words, "save"),
      busy,
      problems: this.problems,
      submit: (form) => void this.save(open.person, open.is === "new", form),
      close,
    });
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

  private async addAgent(form: FormData): Promise<void> {
    await this.do(async () => {
      const added = await this.office.api.send<AgentAdded>("POST", "/v1/agents", agentOf(form));
      await this.load();
      const { password, phone } = added;
      this.show({ what: "made", made: this.made(added.agent, password?.link ?? "", password?.until ?? null, phone) });
    });
  }

  private async removeAgent(name: string): Promise<void> {
    await this.do(async () => {
      await this.office.api.send("DELETE", `/v1/agents/${encodeURIComponent(name)}`);
      this.close();
      await this.load();
      this.office.say("good", say(this.words, "removed", { name }));
    });
  }

  /** New settings for a phone there is. */
  private async phone(name: string, seat: string): Promise<void> {
    await this.do(async () => {
      const path = `/v1/seats/${encodeURIComponent(seat)}/phone-settings`;
      const phone = await this.office.api.send<PhoneSettings>("POST", path);
      this.show({ what: "made", made: this.made(name, "", null, phone) });
    });
  }

  private made(name: string, link: string, until: string | null, phone: PhoneSettings | null): Made {
    const whole = link ? new URL(link, location.href).href : "";
    return {
      name,
      link: whole,
      linkUntil: this.time(until),
      phone,
      phoneUntil: this.time(phone?.until ?? null),
      fetched: "",
    };
  }

  /** The one time that they can be. */
  private async fetch(made: Made, program: string): Promise<void> {
    const { phone } = made;
    if (!phone) return;
    await this.do(async () => {
      const { pathname } = new URL(phone.address);
      save(fileOf(program, phone.seat), await this.office.api.text(`${pathname}?program=${program}`));
      this.show({ what: "made", made: { ...made, fetched: program } });
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
