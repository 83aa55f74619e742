// The customer: who, from where, why, and what the page told. All of it is text to Lit, never markup.

import { html, nothing } from "lit";
import type { Contact } from "../../protocol/desk.ts";
import { clockText } from "../../words/clock.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";

export function customerName(contact: Contact): string {
  const name = contact.context?.name;
  return typeof name === "string" && name ? name : contact.customer;
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

export function facts(contact: Contact, { words }: Room) {
  const context = Object.entries(contact.context ?? {}).filter(([key]) => key !== "name");
  const fact = (term: string, value: string | undefined) =>
    value
      ? html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`
      : nothing;
  return html`<dl class="facts">
      ${fact(say(words, "reason"), contact.reason)} ${fact(say(words, "page"), contact.page)}
      ${fact(say(words, "customer"), contact.customer)} ${fact(say(words, "queue"), contact.queue)}
      ${fact(say(words, "waited"), contact.waited_s === undefined ? "" : clockText(contact.waited_s * 1000))}
      ${fact(say(words, "language"), contact.locale)}
    </dl>
    <h3>${say(words, "context")}</h3>
    ${
      context.length
        ? html`<dl class="facts" id="context">${context.map(([key, value]) => fact(key, valueText(value)))}</dl>`
        : html`<p class="soft">${say(words, "no_context")}</p>`
    }`;
}

export function history(contact: Contact, { words, language }: Room) {
  const past = contact.history ?? [];
  return html`<section class="sheet" id="history" aria-labelledby="history-title">
    <h3 id="history-title">${say(words, "history")}</h3>
    ${past.length ? nothing : html`<p class="soft">${say(words, "no_history")}</p>`}
    <ol class="past">
      ${past.map(
        (each) =>
          html`<li>
            <strong>${new Date(each.at).toLocaleDateString(language, { dateStyle: "medium" })}</strong>
            <span>${[each.queue, each.agent, each.disposition].filter(Boolean).join(" · ")}</span>
            ${each.notes ? html`<p>${each.notes}</p>` : nothing}
          </li>`,
      )}
    </ol>
  </section>`;
}
