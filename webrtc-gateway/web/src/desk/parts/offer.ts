// The offer: who, from which page and why, before anything rings in the ear.

import { html, nothing } from "lit";
import { clockText } from "../../words/clock.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";
import { ringingCard } from "./call-a-number.ts";
import { customerName, facts, history } from "./facts.ts";

export function offerCard(room: Room) {
  const { desk, words, does, now } = room;
  const offer = desk.offer;
  if (!offer) return desk.call === "ringing" ? unexpectedCall(words, does) : nothing;
  const { contact } = offer;
  const accepted = desk.accepted === offer.offer;
  if (contact.rings && (accepted || offer.auto)) return ringingCard(offer, room);
  const left = Math.max(0, Math.ceil((offer.expires_at - now) / 1000));
  return html`<section class="offer" role="alertdialog" aria-labelledby="offer-title" aria-describedby="offer-why">
      <h2 id="offer-title">
        ${say(words, contact.rings ? "calling_title" : "offer_title", { customer: customerName(contact) })}
      </h2>
      <dl id="offer-why">
        ${
          contact.reason
            ? html`<div>
                <dt>${say(words, "reason")}</dt>
                <dd>${contact.reason}</dd>
              </div>`
            : nothing
        }
        ${
          contact.page
            ? html`<div>
                <dt>${say(words, "page")}</dt>
                <dd>${contact.page}</dd>
              </div>`
            : nothing
        }
        <div>
          <dt>${say(words, "queue")}</dt>
          <dd>${contact.queue}</dd>
        </div>
      </dl>
      <p>
        ${contact.waited_s === undefined ? nothing : say(words, "offer_waited", { waited: clockText(contact.waited_s * 1000) })}
        <span aria-hidden="true"
          >· ${offer.auto ? say(words, "offer_auto") : say(words, "offer_left", { seconds: left })}</span
        >
      </p>
      ${
        accepted
          ? html`<p class="strong" role="status">${say(words, "accepted")}</p>`
          : html`<div class="row">
              <button id="accept" class="go" ?disabled=${desk.link !== "up"} @click=${does.accept}>
                ${say(words, "accept")}
              </button>
              <button id="reject" class="quiet" ?disabled=${desk.link !== "up"} @click=${does.reject}>
                ${say(words, "reject")}
              </button>
            </div>`
      }
    </section>
    <div class="work">
      <section class="sheet">${facts(contact, room)}</section>
      <div class="column">${history(contact, room)}</div>
    </div>`;
}

function unexpectedCall(words: Room["words"], does: Room["does"]) {
  return html`<section class="offer" role="alertdialog" aria-labelledby="offer-title">
    <h2 id="offer-title">${say(words, "state_offered")}</h2>
    <div class="row"><button id="accept" class="go" @click=${does.accept}>${say(words, "answer")}</button></div>
  </section>`;
}
