// A question before something is done. Opened by the page when it is there.

import { html, type TemplateResult } from "lit";
import type { Room } from "../room.ts";

export function dialog(room: Room, title: string, content: TemplateResult): TemplateResult {
  return html`<dialog class="ask" aria-labelledby="ask-title" @close=${() => room.set({ asks: "" })}>
    <h2 id="ask-title">${title}</h2>
    ${content}
  </dialog>`;
}
