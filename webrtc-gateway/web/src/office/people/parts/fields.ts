import { html, nothing, type TemplateResult } from "lit";
import type { Problem } from "../../page.ts";

/** What is wrong with one field, under it; the browser's own reader is told which. */
export function field(
  label: string,
  path: string,
  problems: readonly Problem[],
  control: (id: string) => TemplateResult,
) {
  const wrong = problems.filter((problem) => problem.path === path);
  return html`<label
    >${label}${control(wrong.length ? `wrong-${path}` : "")}
    ${wrong.length ? html`<span class="problem" id="wrong-${path}">${wrong.map(({ message }) => message).join("; ")}</span>` : nothing}
  </label>`;
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export function choice(
  name: string,
  choices: readonly Choice[],
  chosen: string,
  wrong = "",
  changed?: (value: string) => void,
) {
  return html`<select
    name=${name}
    aria-describedby=${wrong || nothing}
    aria-invalid=${wrong ? "true" : nothing}
    @change=${(event: Event) => changed?.((event.target as HTMLSelectElement).value)}
  >
    ${choices.map(({ value, text }) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
  </select>`;
}

export function text(
  name: string,
  value: string,
  wrong = "",
  more: { readonly hint?: string; readonly off?: boolean; readonly first?: boolean } = {},
) {
  return html`<input
    name=${name}
    .value=${value}
    placeholder=${more.hint ?? nothing}
    ?readonly=${more.off ?? false}
    ?autofocus=${more.first ?? false}
    autocomplete="off"
    spellcheck="false"
    aria-describedby=${wrong || nothing}
    aria-invalid=${wrong ? "true" : nothing}
  />`;
}
