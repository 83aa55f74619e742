import { html, nothing } from "lit";
import type { Contact } from "../../protocol/desk.ts";
import { say } from "../../words/words.ts";
import { popsOf } from "../pop.ts";
import type { Room } from "../room.ts";

export function pops(contact: Contact, { page, words, set }: Room) {
  const all = popsOf(contact);
  if (!all.length) return nothing;
  const shown = all.find(({ url }) => url === page.embedded);
  return html`<section class="sheet" id="pops" aria-labelledby="pops-title">
    <h3 id="pops-title">${say(words, "pops")}</h3>
    <ul class="pops">
      ${all.map(
        ({ url, title }) =>
          html`<li>
            <a href=${url} target="_blank" rel="noopener noreferrer" title=${say(words, "open_window")}>${title}</a>
            <button class="quiet small" @click=${() => set({ embedded: shown?.url === url ? "" : url })}>
              ${say(words, shown?.url === url ? "hide" : "show_here")}
            </button>
          </li>`,
      )}
    </ul>
    ${
      shown
        ? html`<iframe
            class="embedded"
            src=${shown.url}
            title=${shown.title}
            referrerpolicy="no-referrer"
            sandbox="allow-forms allow-popups allow-same-origin allow-scripts"
          ></iframe>`
        : nothing
    }
  </section>`;
}
