// Who, in which state, since when; what to change it to; the phone.

import { html, nothing } from "lit";
import { clockText } from "../../words/clock.ts";
import { say } from "../../words/words.ts";
import type { DeskKey } from "../../words/desk-en.ts";
import type { Room } from "../room.ts";
import { isAway } from "../state.ts";
import { callField } from "./call-a-number.ts";

export function topBar(room: Room) {
  const { desk, words, does, now } = room;
  const calling = desk.state === "offered" && desk.offer?.contact.rings;
  const state = say(words, calling ? "state_calling" : (`state_${desk.state}` as DeskKey));
  return html`<header class="top">
    <div class="brand">Cordpair</div>
    <div class="pill ${desk.state}" role="status" id="state">
      <strong>${state}</strong>${desk.reason ? html`<span>${desk.reason}</span>` : nothing}
      <span class="clock" aria-hidden="true">${clockText(now - desk.since)}</span>
    </div>
    ${stateButtons(room)} ${callField(room)}
    <span class="room"></span>
    <span class="phone ${desk.phone}" id="phone">${say(words, `phone_${desk.phone}`)}</span>
    <button class="quiet" id="devices" @click=${does.devices}>${say(words, "devices")}</button>
    <button
      class="quiet round"
      id="shortcuts"
      aria-label=${say(words, "shortcuts")}
      @click=${() => room.set({ panel: "shortcuts" })}
    >
      ?
    </button>
    <span class="who">${desk.name}</span>
    <button class="quiet" id="sign-out" @click=${does.signOut}>${say(words, "sign_out")}</button>
  </header>`;
}

function stateButtons({ desk, words, does, send }: Room) {
  const pause = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    send({ type: "not_ready", reason: select.value });
    select.selectedIndex = 0;
  };
  return html`${isAway(desk) ? html`<button id="ready" ?disabled=${desk.link !== "up"} @click=${does.ready}>${say(words, "go_ready")}</button>` : nothing}
    <select
      id="not-ready"
      class="quiet"
      ?disabled=${desk.link !== "up"}
      aria-label=${say(words, "go_not_ready")}
      @change=${pause}
    >
      <option disabled selected>${say(words, "go_not_ready")}</option>
      ${desk.reasons.map((reason) => html`<option value=${reason}>${reason}</option>`)}
    </select>`;
}
