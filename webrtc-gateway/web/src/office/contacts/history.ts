// <cordpair-contacts>: contacts that have ended, the newest first, a page at a time.

import { html, LitElement, nothing } from "lit";
import { reportsEn } from "../../words/reports-en.ts";
import { type ReportsWords, reportsWords } from "../../words/reports-languages.ts";
import { localeOf } from "../locale.ts";
import { ApiProblem, type Office } from "../page.ts";
import { Figures } from "../reports/figures.ts";
import { word } from "../reports/room.ts";
import { addressOf, type Ended, type History, NOTHING, type Search } from "./story.ts";

export class CordpairContacts extends LitElement {
  static override properties = {
    office: { attribute: false },
    words: { state: true },
    contacts: { state: true },
    next: { state: true },
    search: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  declare office: Office;
  declare private words: ReportsWords;
  declare private contacts: readonly Ended[];
  declare private next: number | null;
  declare private search: Search;
  declare private problem: string;
  declare private busy: boolean;
  private asked = 0;

  constructor() {
    super();
    this.words = reportsEn;
    this.contacts = [];
    this.next = null;
    this.search = NOTHING;
    this.problem = "";
    this.busy = true;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void reportsWords(this.office.language).then((words) => (this.words = words));
    void this.ask(null);
  }

  override render() {
    const { contacts } = this;
    return html`<div class="contacts" aria-busy=${this.busy}>
      <h1>${word(this.room, "history")}</h1>
      <form class="choices" @submit=${(event: Event) => event.preventDefault()}>
        ${this.field("from", "from", "date")} ${this.field("to", "to", "date")} ${this.field("queue", "queue")}
        ${this.field("agent", "agent")} ${this.field("outcome", "outcome")}
      </form>
      <div role="status" aria-live="polite">
        ${this.problem ? html`<p class="notice bad" id="problem">${this.problem}</p>` : nothing}
        ${!contacts.length && !this.busy && !this.problem ? html`<p class="empty-report">${word(this.room, "no_contacts")}</p>` : nothing}
      </div>
      ${contacts.length ? this.table() : nothing}
      ${
        this.next === null
          ? nothing
          : html`<button id="more" class="quiet" ?disabled=${this.busy} @click=${() => void this.ask(this.next)}>
              ${word(this.room, "more")}
            </button>`
      }
    </div>`;
  }

  private table() {
    const callers = this.contacts.some(({ caller }) => caller);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${word(this.room, "history")}>
      <table id="contacts">
        <thead>
          <tr>
            <th>${word(this.room, "ended")}</th>
            ${callers ? html`<th>${word(this.room, "caller")}</th>` : nothing}
            <th>${word(this.room, "queues")}</th>
            <th>${word(this.room, "agents")}</th>
            <th>${word(this.room, "outcome")}</th>
            <th>${word(this.room, "waited")}</th>
            <th>${word(this.room, "talked")}</th>
            <th>${word(this.room, "disposition")}</th>
          </tr>
        </thead>
        <tbody>
          ${this.contacts.map((each) => this.row(each, callers))}
        </tbody>
      </table>
    </div>`;
  }

  private row(each: Ended, callers: boolean) {
    const figures = this.figures;
    const open = (event: Event) => {
      event.preventDefault();
      this.office.go(`contacts/${encodeURIComponent(each.id)}`);
    };
    return html`<tr data-contact=${each.id}>
      <th scope="row">
        <a href="/office/contacts/${encodeURIComponent(each.id)}" @click=${open}>${figures.moment(each.ended_at)}</a>
      </th>
      ${callers ? html`<td>${[each.caller?.name, each.caller?.number].filter(Boolean).join(" · ") || "–"}</td>` : nothing}
      <td>${each.queues.join(" → ")}</td>
      <td>${each.agents.join(", ")}</td>
      <td>${each.outcome ?? "–"}</td>
      <td>${figures.measure(each.waited, "seconds")}</td>
      <td>${figures.measure(each.talked, "seconds")}</td>
      <td>${each.disposition ?? ""}</td>
    </tr>`;
  }

  private field(name: keyof Search, label: "from" | "to" | "queue" | "agent" | "outcome", type = "text") {
    return html`<label
      ><span>${word(this.room, label)}</span
      ><input
        name=${name}
        type=${type}
        maxlength="64"
        .value=${this.search[name]}
        @change=${(event: Event) => this.choose({ [name]: (event.target as HTMLInputElement).value.trim() })}
    /></label>`;
  }

  private choose(change: Partial<Search>): void {
    this.search = { ...this.search, ...change };
    void this.ask(null);
  }

  private async ask(after: number | null): Promise<void> {
    const mine = ++this.asked;
    this.busy = true;
    try {
      const found = await this.office.api.get<History>(addressOf(this.search, after));
      if (mine !== this.asked) return;
      this.contacts = after === null ? found.contacts : [...this.contacts, ...found.contacts];
      this.next = found.next;
      this.problem = "";
    } catch (error) {
      if (mine !== this.asked) return;
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error.problems.map(({ path, message }) => `${path}: ${message}`).join("; ") || error.message;
    }
    this.busy = false;
  }

  private get room() {
    return { words: this.words };
  }

  private get figures(): Figures {
    return new Figures(localeOf(this.office.language));
  }
}
