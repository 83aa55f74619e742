// The contact on the desk: the call above, always in the same place; then the page they share, who and why, and the notes.

import { html } from "lit";
import type { Contact } from "../../protocol/desk.ts";
import { clockText } from "../../words/clock.ts";
import type { DeskKey } from "../../words/desk-en.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";
import { callControls, picture } from "./call-controls.ts";
import { customerName, facts, history } from "./facts.ts";
import { pops } from "./pops.ts";
import { sharedPage, shareRequest } from "./shared-page.ts";
import { wrapUp } from "./wrap-up.ts";

export function work(contact: Contact, room: Room) {
  const { words, now } = room;
  return html`<article class="work" aria-labelledby="customer">
    <section class="sheet call ${contact.phase}">
      <div class="row head">
        <h1 id="customer">${customerName(contact)}</h1>
        <span class="tag ${contact.phase}"
          >${say(words, `phase_${contact.phase}` as DeskKey)}
          ${contact.since ? html`<span class="clock" aria-hidden="true">${clockText(now - contact.since)}</span>` : ""}</span
        >
      </div>
      ${picture(contact, room)} ${callControls(contact, room)} ${shareRequest(contact, room)}
    </section>
    ${sharedPage(contact, room)}
    <section class="sheet">${facts(contact, room)}</section>
    <div class="column">${wrapUp(contact, room)} ${history(contact, room)} ${pops(contact, room)}</div>
  </article>`;
}
