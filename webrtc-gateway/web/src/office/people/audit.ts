// <people-audit>: who did what, newest first, a page more at a time.

import { html, nothing } from "lit";
import type { PeopleKey } from "../../words/people-en.ts";
import { say } from "../../words/words.ts";
import { Tab } from "./tab.ts";

interface Entry {
  readonly id: number;
  readonly at: string;
  readonly author: string;
  readonly what: string;
  readonly about: string;
  readonly detail: string;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly more: boolean;
}

export class AuditTab extends Tab {
  static override properties = {
    ...Tab.properties,
    entries: { state: true },
    more: { state: true },
    about: { state: true },
  };

  declare private entries: readonly Entry[];
  declare private more: boolean;
  declare private about: string;

  constructor() {
    super();
    this.entries = [];
    this.more = false;
    this.about = "";
  }

  protected override async load(): Promise<void> {
    await this.page("");
  }

  private async page(before: string): Promise<void> {
    const about = this.about ? `&about=${encodeURIComponent(this.about)}` : "";
    const { entries, more } = await this.office.api.get<Page>(`/v1/audit?limit=50${before}${about}`);
    this.entries = before ? [...this.entries, ...entries] : entries;
    this.more = more;
  }

  override render() {
    const { words } = this;
    const filter = (event: SubmitEvent) => {
      event.preventDefault();
      this.about = (new FormData(event.target as HTMLFormElement).get("about") as string).trim();
      void this.do(() => this.load());
    };
    return html`<div class="row head">
        <h1>${say(words, "tab_audit")}</h1>
        <form class="row" role="search" @submit=${filter}>
          <input name="about" aria-label=${say(words, "about_whom")} placeholder=${say(words, "about_whom")} />
          <button class="quiet">${say(words, "filter")}</button>
        </form>
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">${say(words, "when")}</th>
              <th scope="col">${say(words, "who")}</th>
              <th scope="col">${say(words, "what")}</th>
              <th scope="col">${say(words, "about")}</th>
              <th scope="col">${say(words, "detail")}</th>
            </tr>
          </thead>
          <tbody>
            ${this.entries.map((entry) => this.line(entry))}
          </tbody>
        </table>
      </div>
      ${this.loaded && !this.entries.length ? html`<p class="soft">${say(words, "nothing_yet")}</p>` : nothing}
      ${this.more ? this.older() : nothing}`;
  }

  private line({ at, author, what, about, detail }: Entry) {
    const { words } = this;
    const key = `did_${what}` as PeopleKey;
    return html`<tr>
      <th scope="row">${this.time(at)}</th>
      <td data-label=${say(words, "who")}><bdi>${author}</bdi></td>
      <td data-label=${say(words, "what")}>${key in words ? say(words, key) : what}</td>
      <td data-label=${say(words, "about")}><bdi>${about}</bdi></td>
      <td data-label=${say(words, "detail")}><bdi>${detail}</bdi></td>
    </tr>`;
  }

  private older() {
    const last = this.entries[this.entries.length - 1]?.id ?? 0;
    return html`<button
      class="quiet"
      ?disabled=${this.busy}
      @click=${() => void this.do(() => this.page(`&before=${last}`))}
    >
      ${say(this.words, "older")}
    </button>`;
  }
}
