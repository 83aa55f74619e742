import { html } from "lit";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";

/** The desk follows the agent: here it is closed. */
export function elsewhere({ words, does }: Room) {
  return html`<main class="gate">
    <section class="sheet">
      <div class="brand big">Cordpair</div>
      <h1>${say(words, "elsewhere_title")}</h1>
      <p role="status">${say(words, "elsewhere")}</p>
      <button id="come-here" @click=${does.comeHere}>${say(words, "come_here")}</button>
    </section>
  </main>`;
}
