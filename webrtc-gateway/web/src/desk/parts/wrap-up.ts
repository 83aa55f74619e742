// Notes and result: while talking and after, until the countdown ends or the agent is done.

import { html, nothing } from "lit";
import type { Contact } from "../../protocol/desk.ts";
import { clockText } from "../../words/clock.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";

export function wrapUp(contact: Contact, { desk, page, words, now, does }: Room) {
  const wrapping = desk.state === "wrap_up";
  const until = desk.wrapUpUntil;
  const results = contact.dispositions ?? [];
  return html`<section class="sheet ${wrapping ? "wrapping" : ""}" id="wrap-up" aria-labelledby="notes-title">
    <h3 id="notes-title">
      ${
        wrapping
          ? until
            ? say(words, "wrap_left", { left: clockText(Math.max(0, until - now) + 999) })
            : say(words, "wrap_open")
          : say(words, "notes")
      }
    </h3>
    <label
      >${say(words, "notes")}
      <textarea
        id="notes"
        rows="4"
        maxlength="4000"
        placeholder=${say(words, "notes_hint")}
        .value=${page.notes}
        @input=${(event: Event) => does.write((event.target as HTMLTextAreaElement).value, page.disposition)}
      ></textarea>
    </label>
    ${
      results.length
        ? html`<label
            >${say(words, "disposition")}
            <select
              id="disposition"
              @change=${(event: Event) => does.write(page.notes, (event.target as HTMLSelectElement).value)}
            >
              <option value="">${say(words, "choose")}</option>
              ${results.map((each) => html`<option value=${each} ?selected=${each === page.disposition}>${each}</option>`)}
            </select></label
          >`
        : nothing
    }
    ${wrapping ? html`<button id="done" class="go" ?disabled=${desk.link !== "up"} @click=${does.done}>${say(words, "done")}</button>` : nothing}
  </section>`;
}
