// <people-keys>: keys for programs: made, shown once, revoked.

import { html, nothing } from "lit";
import { say } from "../../words/words.ts";
import { dialog, secret } from "./parts/dialog.ts";
import { choice, field, text } from "./parts/fields.ts";
import { Tab } from "./tab.ts";

interface Key {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly agent: string | null;
  readonly portal: string | null;
  readonly queues: readonly string[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

type Open =
  | null
  | { readonly what: "new" }
  | { readonly what: "key"; readonly key: string }
  | { readonly what: "revoke"; readonly key: Key };

const ROLES = ["read-only", "supervisor", "admin", "agent", "portal", "callcenter", "dial"];

export class KeysTab extends Tab {
  static override properties = {
    ...Tab.properties,
    keys: { state: true },
    open: { state: true },
    chosen: { state: true },
  };

  declare private keys: readonly Key[];
  declare private open: Open;
  declare private chosen: string;

  constructor() {
    super();
    this.keys = [];
    this.open = null;
    this.chosen = ROLES[0] ?? "";
  }

  protected override async load(): Promise<void> {
    const { keys } = await this.office.api.get<{ keys: Key[] }>("/v1/keys");
    this.keys = [...keys].reverse();
  }

  override render() {
    const { words } = this;
    return html`<div class="row head">
        <h1>${say(words, "tab_keys")}</h1>
        <button id="add-key" @click=${() => this.show({ what: "new" })}>${say(words, "add_key")}</button>
      </div>
      <p class="soft">${say(words, "keys_why")}</p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">${say(words, "key")}</th>
              <th scope="col">${say(words, "what_for")}</th>
              <th scope="col">${say(words, "role")}</th>
              <th scope="col">${say(words, "limited_to")}</th>
              <th scope="col">${say(words, "made")}</th>
              <th scope="col">${say(words, "state")}</th>
              <th scope="col">${say(words, "actions")}</th>
            </tr>
          </thead>
          <tbody>
            ${this.keys.map((key) => this.line(key))}
          </tbody>
        </table>
      </div>
      ${this.dialog()}`;
  }

  private line(key: Key) {
    const { words } = this;
    const limits = [key.agent, key.portal, ...key.queues].filter(Boolean).join(", ");
    return html`<tr data-key=${key.id} class=${this.isGood(key) ? "" : "over"}>
      <th scope="row">${key.id}</th>
      <td data-label=${say(words, "what_for")}><bdi>${key.name}</bdi></td>
      <td data-label=${say(words, "role")}>${key.role}</td>
      <td data-label=${say(words, "limited_to")}><bdi>${limits}</bdi></td>
      <td data-label=${say(words, "made")}>${this.time(key.created_at)}</td>
      <td data-label=${say(words, "state")}>${this.state(key)}</td>
      <td class="actions">
        ${
          key.revoked_at
            ? nothing
            : html`<button
                class="quiet small"
                data-action="revoke"
                aria-label=${`${say(words, "revoke")}: ${key.id}`}
                @click=${() => this.show({ what: "revoke", key })}
              >
                ${say(words, "revoke")}
              </button>`
        }
      </td>
    </tr>`;
  }

  private isGood({ revoked_at, expires_at }: Key): boolean {
    return !revoked_at && (!expires_at || new Date(expires_at).getTime() > Date.now());
  }

  private state(key: Key): string {
    if (key.revoked_at) return say(this.words, "revoked_at", { at: this.time(key.revoked_at) });
    if (!key.expires_at) return say(this.words, "good");
    return say(this.words, this.isGood(key) ? "good_until" : "expired_at", { at: this.time(key.expires_at) });
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
    if (open.what === "key") return secret(words, say(words, "new_key"), say(words, "key_why"), open.key, close);
    if (open.what === "revoke")
      return dialog({
        words,
        title: say(words, "revoke_title", { id: open.key.id }),
        inside: html`<p>${say(words, "revoke_why")}</p>`,
        action: say(words, "revoke"),
        danger: true,
        busy,
        problems: this.problems,
        submit: () => void this.revoke(open.key.id),
        close,
      });
    return dialog({
      words,
      title: say(words, "add_key"),
      inside: this.form(),
      action: say(words, "make"),
      busy,
      problems: this.problems,
      submit: (form) => void this.make(form),
      close,
    });
  }

  private form() {
    const { words, problems, chosen: role } = this;
    const roles = ROLES.map((value) => ({ value, text: value }));
    const bound = ["agent", "callcenter", "dial"].includes(role);
    return html`${field(say(words, "what_for"), "name", problems, (wrong) => text("name", "", wrong, { first: true }))}
    ${field(say(words, "role"), "role", problems, (wrong) =>
      choice("role", roles, role, wrong, (value) => (this.chosen = value)),
    )}
    ${bound ? field(say(words, "agent"), "agent", problems, (wrong) => text("agent", "", wrong)) : nothing}
    ${role === "portal" ? field(say(words, "portal"), "portal", problems, (wrong) => text("portal", "", wrong)) : nothing}
    ${field(say(words, "queues"), "queues", problems, (wrong) => text("queues", "", wrong, { hint: say(words, "queues_hint") }))}
    ${field(say(words, "expires"), "expires", problems, (wrong) => text("expires", "", wrong, { hint: "90d" }))}`;
  }

  private async make(form: FormData): Promise<void> {
    const given = (key: string) => (form.get(key) as string | null)?.trim() || null;
    const queues = (given("queues") ?? "").split(/[\s,]+/).filter(Boolean);
    const wish = { role: given("role"), name: given("name") ?? "", queues };
    const rest = { agent: given("agent"), portal: given("portal"), expires: given("expires") };
    await this.do(async () => {
      const { key } = await this.office.api.send<{ key: string }>("POST", "/v1/keys", { ...wish, ...rest });
      this.show({ what: "key", key });
      await this.load();
    });
  }

  private async revoke(id: string): Promise<void> {
    await this.do(async () => {
      await this.office.api.send("DELETE", `/v1/keys/${encodeURIComponent(id)}`);
      this.close();
      await this.load();
      this.office.say("good", say(this.words, "revoked", { id }));
    });
  }
}
