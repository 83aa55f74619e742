// The customer's page, when the customer shares it: a frame with a policy of its own (pages/replay.html).

import { html, nothing } from "lit";
import type { Contact } from "../../protocol/desk.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";
import { isTalking } from "../state.ts";

export function shareRequest(contact: Contact, { desk, words, send }: Room) {
  if (!isTalking(contact) || contact.cobrowse === "on") return nothing;
  const asked = contact.cobrowse === "asked";
  const ask = () => send({ type: "share_ask", contact: contact.id });
  return html`<div class="row">
    <button id="share-ask" class="quiet" ?disabled=${asked || desk.link !== "up"} @click=${ask}>
      ${say(words, asked ? "share_asked" : "share_ask")}
    </button>
  </div>`;
}

export function sharedPage(contact: Contact, { page, words }: Room) {
  if (!isTalking(contact) || contact.cobrowse !== "on") return nothing;
  const stop = (event: Event) => {
    const frame = (event.target as HTMLElement).closest("section")?.querySelector("iframe");
    frame?.contentWindow?.postMessage({ type: "stop" }, location.origin);
  };
  return html`<section class="sheet shared" id="shared" aria-labelledby="shared-title">
    <div class="row head">
      <h3 id="shared-title">${say(words, "shared")}</h3>
      <code>${page.sharedPage}</code>
      <button class="quiet small" id="share-end" @click=${stop}>${say(words, "share_end")}</button>
    </div>
    <iframe src="/web/replay.html#contact=${encodeURIComponent(contact.id)}" title=${say(words, "shared")}></iframe>
    <p class="soft">${say(words, "shared_hint")}</p>
  </section>`;
}
