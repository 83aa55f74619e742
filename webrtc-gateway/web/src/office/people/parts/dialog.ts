import { html, nothing, type TemplateResult } from "lit";
import type { PeopleKey } from "../../../words/people-en.ts";
import { say, type Words } from "../../../words/words.ts";
import type { Problem } from "../../page.ts";

export interface DialogParts {
  readonly words: Words<PeopleKey>;
  readonly title: TemplateResult | string;
  readonly inside: TemplateResult;
  readonly action: string;
  readonly danger?: boolean;
  readonly busy: boolean;
  /** Those of no field stand at the end. */
  readonly problems: readonly Problem[];
  readonly submit: (form: FormData) => void;
  readonly close: () => void;
}

/** Whoever renders it shows it (`showModal`), and forgets it when it closes, also by Escape. */
export function dialog({ words, title, inside, action, danger, busy, problems, submit, close }: DialogParts) {
  const rest = problems.filter(({ path }) => !path).map(({ message }) => message);
  const sent = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy) submit(new FormData(event.target as HTMLFormElement));
  };
  return html`<dialog class="sheet" aria-labelledby="dialog-title" @close=${close}>
    <form @submit=${sent}>
      <h2 id="dialog-title">${title}</h2>
      ${inside} ${rest.length ? html`<p class="problem" role="alert">${rest.join("; ")}</p>` : nothing}
      <div class="row end">
        <button type="button" class="quiet" @click=${close}>${say(words, "cancel")}</button>
        <button type="submit" class=${danger ? "danger" : ""} ?disabled=${busy}>${action}</button>
      </div>
    </form>
  </dialog>`;
}

/** Something that is shown once: to be copied now. */
export function secret(words: Words<PeopleKey>, title: string, why: string, text: string, close: () => void) {
  const copy = () => navigator.clipboard?.writeText(text).catch(() => undefined);
  const select = (event: Event) => (event.target as HTMLInputElement).select();
  return html`<dialog class="sheet" aria-labelledby="dialog-title" @close=${close}>
    <h2 id="dialog-title">${title}</h2>
    <p>${why}</p>
    <input id="secret" readonly aria-label=${title} .value=${text} @focus=${select} autofocus />
    <div class="row end">
      <button class="quiet" @click=${() => void copy()}>${say(words, "copy")}</button>
      <button @click=${close}>${say(words, "done")}</button>
    </div>
  </dialog>`;
}
