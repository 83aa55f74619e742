// Calling a number: the field in the top bar, and the card while it rings, first here and then there.

import { html, nothing } from "lit";
import type { OfferMessage } from "../../protocol/desk.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";
import { isAway } from "../state.ts";
import { customerName, facts, history } from "./facts.ts";

export function callField({ desk, page, words, does, set }: Room) {
  const free = desk.link === "up" && (desk.state === "ready" || isAway(desk)) && !desk.offer;
  const submit = (event: Event) => {
    event.preventDefault();
    if (free && page.number.trim()) does.call();
  };
  return html`<form class="call-a-number" @submit=${submit}>
    <input
      id="call-number"
      type="tel"
      maxlength="64"
      autocomplete="off"
      placeholder=${say(words, "call_number_field")}
      aria-label=${say(words, "call_number_field")}
      .value=${page.number}
      @input=${(event: Event) => set({ number: (event.target as HTMLInputElement).value })}
    />
    <button id="call" class="quiet" ?disabled=${!free || !page.number.trim()}>${say(words, "call")}</button>
  </form>`;
}

/** In the place of an offer: nobody has to be asked whether they take their own call. */
export function ringingCard(offer: OfferMessage, room: Room) {
  const { desk, words, send } = room;
  const { contact } = offer;
  const customer = customerName(contact);
  const here = desk.phone === "none" ? "rings_agent" : "rings_agent_browser";
  return html`<section class="offer calling" aria-labelledby="offer-title">
      <h2 id="offer-title">${say(words, "calling_title", { customer })}</h2>
      <p class="strong" role="status" id="rings">
        ${say(words, contact.rings === "customer" ? "rings_customer" : here, { customer })}
      </p>
      ${
        desk.link === "up"
          ? html`<div class="row">
              <button id="call-off" class="quiet" @click=${() => send({ type: "hang_up", contact: contact.id })}>
                ${say(words, "call_off")}
              </button>
            </div>`
          : nothing
      }
    </section>
    <div class="work">
      <section class="sheet">${facts(contact, room)}</section>
      <div class="column">${history(contact, room)}</div>
    </div>`;
}
