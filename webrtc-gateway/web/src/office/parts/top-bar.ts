import { html, nothing } from "lit";
import type { Who } from "../../signing-in/account.ts";
import type { OfficeWords } from "../../words/office-languages.ts";
import { say } from "../../words/words.ts";
import type { PageEntry } from "../pages.ts";
import { addressOf } from "../route.ts";
import type { Toast } from "../toasts.ts";

export interface TopBar {
  readonly words: OfficeWords;
  readonly who: Who;
  readonly pages: readonly PageEntry[];
  /** The path of the page that is shown. */
  readonly open: string;
  readonly go: (path: string) => void;
  readonly signOut: () => void;
}

export function topBar({ words, who, pages, open, go, signOut }: TopBar) {
  const pressed = (event: MouseEvent, path: string) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // in another tab
    event.preventDefault();
    go(path);
  };
  return html`<a class="skip" href="#page">${say(words, "skip")}</a>
    <header class="bar">
      <div class="brand">Cordpair</div>
      <nav aria-label=${say(words, "pages")}>
        ${pages.map(
          ({ path, icon }) =>
            html`<a
              href=${addressOf(path)}
              aria-current=${path === open ? "page" : "false"}
              @click=${(event: MouseEvent) => pressed(event, path)}
              ><span aria-hidden="true">${icon}</span> ${say(words, `page_${path}` as keyof OfficeWords)}</a
            >`,
        )}
      </nav>
      <div class="self">
        ${who.agent === null ? nothing : html`<a href="/desk">${say(words, "to_desk")}</a>`}
        <span class="who" title=${`${who.name} · ${say(words, `role_${who.role}`)}`}><bdi>${who.full_name}</bdi></span>
        <button id="sign-out" class="quiet small" @click=${signOut}>${say(words, "sign_out")}</button>
      </div>
    </header>`;
}

export function toastList(words: OfficeWords, toasts: readonly Toast[], close: (id: number) => void) {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.map(
      ({ id, kind, text }) =>
        html`<p class="toast ${kind}">
          <span>${text}</span>
          <button class="quiet small" aria-label=${say(words, "close")} @click=${() => close(id)}>×</button>
        </p>`,
    )}
  </div>`;
}
