// <people-sign-ins>: who is signed in, at desks and in the office.

import { html } from "lit";
import { say } from "../../words/words.ts";
import { Tab } from "./tab.ts";

interface SignIn {
  readonly id: string;
  readonly name: string;
  readonly began_at: string;
  readonly seen_at: string;
  readonly browser: string;
  readonly own: boolean;
}

const AGAIN_MS = 15_000;

export class SignInsTab extends Tab {
  static override properties = { ...Tab.properties, signIns: { state: true } };

  declare private signIns: readonly SignIn[];
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.signIns = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => void this.do(() => this.load()), AGAIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected override async load(): Promise<void> {
    this.signIns = (await this.office.api.get<{ sign_ins: SignIn[] }>("/v1/sign-ins")).sign_ins;
  }

  override render() {
    const { words } = this;
    return html`<h1>${say(words, "tab_sign_ins")}</h1>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">${say(words, "name")}</th>
              <th scope="col">${say(words, "since")}</th>
              <th scope="col">${say(words, "seen")}</th>
              <th scope="col">${say(words, "browser")}</th>
              <th scope="col">${say(words, "actions")}</th>
            </tr>
          </thead>
          <tbody>
            ${this.signIns.map((each) => this.line(each))}
          </tbody>
        </table>
      </div>`;
  }

  private line({ id, name, began_at, seen_at, browser, own }: SignIn) {
    const { words } = this;
    return html`<tr data-sign-in=${name}>
      <th scope="row"><bdi>${name}</bdi></th>
      <td data-label=${say(words, "since")}>${this.time(began_at)}</td>
      <td data-label=${say(words, "seen")}>${this.time(seen_at)}</td>
      <td data-label=${say(words, "browser")}>${browser || "–"}</td>
      <td class="actions">
        ${
          own
            ? html`<span class="soft">${say(words, "own")}</span>`
            : html`<button
                class="quiet small"
                data-action="end"
                aria-label=${`${say(words, "end_sign_in")}: ${name}`}
                @click=${() => void this.end(id, name)}
              >
                ${say(words, "end_sign_in")}
              </button>`
        }
      </td>
    </tr>`;
  }

  private async end(id: string, name: string): Promise<void> {
    await this.do(async () => {
      await this.office.api.send("DELETE", `/v1/sign-ins/${encodeURIComponent(id)}`);
      await this.load();
      this.office.say("good", say(this.words, "ended", { name }));
    });
  }
}
