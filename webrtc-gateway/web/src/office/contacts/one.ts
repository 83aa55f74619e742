// <cordpair-contact>: all that is known of one contact, on one page.

import { html, LitElement, nothing } from "lit";
import { reportsEn } from "../../words/reports-en.ts";
import { type ReportsWords, reportsWords } from "../../words/reports-languages.ts";
import { localeOf } from "../locale.ts";
import { ApiProblem, type Office } from "../page.ts";
import { Figures } from "../reports/figures.ts";
import { word } from "../reports/room.ts";
import { offers } from "./parts/offers.ts";
import { markOf, type Conversation, type Story } from "./story.ts";

const AGAIN_MS = 5000;

export class CordpairContact extends LitElement {
  static override properties = {
    office: { attribute: false },
    contact: { attribute: false },
    words: { state: true },
    story: { state: true },
    problem: { state: true },
  };

  declare office: Office;
  declare contact: string;
  declare private words: ReportsWords;
  declare private story: Story | null;
  declare private problem: string;
  private again: ReturnType<typeof setTimeout> | undefined;
  private gone = false;

  constructor() {
    super();
    this.words = reportsEn;
    this.story = null;
    this.problem = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void reportsWords(this.office.language).then((words) => (this.words = words));
    void this.ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.gone = true;
    clearTimeout(this.again);
  }

  override render() {
    const { room } = this;
    const back = (event: Event) => {
      event.preventDefault();
      this.office.go("contacts");
    };
    return html`<article class="story">
      <p><a href="/office/contacts" @click=${back}>← ${word(room, "back")}</a></p>
      <h1>${word(room, "story", { id: this.contact })}</h1>
      <div role="status" aria-live="polite">
        ${this.problem ? html`<p class="notice bad" id="problem">${this.problem}</p>` : nothing}
        ${!this.story && !this.problem ? html`<p class="soft">${word(room, "loading")}</p>` : nothing}
      </div>
      ${this.story ? this.whole(this.story) : nothing}
    </article>`;
  }

  private whole(story: Story) {
    const { room, figures } = this;
    return html`${this.facts(story)}
      ${story.partial ? html`<p class="notice" role="note">${word(room, "partial")}</p>` : nothing}
      ${this.context(story)}
      <section>
        <h2>${word(room, "conversations")}</h2>
        ${story.conversations.length ? story.conversations.map((each) => this.conversation(each)) : html`<p class="soft">–</p>`}
        <p class="soft" id="recording">
          ${story.recording ? word(room, "recording", { bytes: bytesText(story.recording.bytes, this.office.language) }) : word(room, "no_recording")}
        </p>
      </section>
      <section>
        <h2>${word(room, "timeline")}</h2>
        <ol class="timeline" id="timeline">
          ${story.moments.map(
            ({ at, kind, text }) =>
              html`<li class=${markOf(kind)} data-kind=${kind}>
                <time datetime=${at}>${figures.moment(at)}</time><span>${text}</span>
              </li>`,
          )}
        </ol>
      </section>
      ${story.offers.length ? offers(room, figures, story.offers) : nothing}`;
  }

  private facts({ contact, caller }: Story) {
    const { room, figures } = this;
    const facts: [string, string][] = [
      [word(room, "arrived"), figures.moment(contact.arrived_at)],
      [word(room, "ended"), contact.ended_at === null ? word(room, "still_here") : figures.moment(contact.ended_at)],
      [word(room, "outcome"), contact.outcome ?? "–"],
      [word(room, "waited"), figures.measure(contact.waited, "seconds")],
      [word(room, "talked"), figures.measure(contact.talked, "seconds")],
      [word(room, "queues"), contact.queues.join(" → ") || "–"],
      [word(room, "agents"), contact.agents.join(", ") || "–"],
      [word(room, "service"), contact.service || "–"],
      [word(room, "medium"), contact.medium],
    ];
    if (caller) facts.unshift([word(room, "caller"), [caller.name, caller.number].filter(Boolean).join(" · ") || "–"]);
    return html`<dl class="head" id="facts">
      ${facts.map(
        ([name, text]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>`;
  }

  private context({ context }: Story) {
    const known = Object.entries(context ?? {});
    if (!known.length) return nothing;
    return html`<section id="context">
      <h2>${word(this.room, "context")}</h2>
      <dl class="pairs">
        ${known.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
    </section>`;
  }

  private conversation(each: Conversation) {
    const { room, figures } = this;
    const pairs: [string, string][] = [
      [word(room, "talked"), figures.measure(each.talked, "seconds")],
      [word(room, "held"), figures.measure(each.held, "seconds")],
      [word(room, "ended_by"), each.ended_by ?? "–"],
      [word(room, "wrap_up_until"), figures.moment(each.wrap_up_ended_at)],
      [word(room, "disposition"), each.disposition ?? "–"],
    ];
    if (each.notes) pairs.push([word(room, "notes"), each.notes]);
    return html`<section class="conversation" data-agent=${each.agent}>
      <h3>${each.agent} · ${each.queue} · ${figures.moment(each.began_at)}</h3>
      <dl class="pairs">
        ${pairs.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
    </section>`;
  }

  private async ask(): Promise<void> {
    try {
      this.story = await this.office.api.get<Story>(`/v1/contacts/${encodeURIComponent(this.contact)}/story`);
      this.problem = "";
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error.status === 404 ? word(this.room, "not_found") : error.message;
      if (error.status === 404) return;
    }
    // Until it has ended there is more to tell.
    if (!this.gone && this.story?.contact.ended_at === null) this.again = setTimeout(() => void this.ask(), AGAIN_MS);
  }

  private get room() {
    return { words: this.words };
  }

  private get figures(): Figures {
    return new Figures(localeOf(this.office.language));
  }
}

function bytesText(bytes: number, language: string): string {
  const kilo = new Intl.NumberFormat(language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  return kilo.format(Math.max(1, bytes / 1000));
}
