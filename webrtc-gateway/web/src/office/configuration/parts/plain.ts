// Fields that hold one value.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { ConfigurationKey } from "../../../words/configuration-en.ts";
import { tidyDuration } from "../duration.ts";
import type { Room } from "../room.ts";
import type { Field } from "../shape.ts";
import { at, type Path, table, type Value } from "../tables.ts";
import type { Named } from "./field.ts";

const LIST_UP_TO = 40; // longer ones are typed into, with suggestions

export function plainControl(room: Room, field: Field, path: Path, named: Named): TemplateResult {
  const value = at(room.state.config, path);
  const put = (changed: Value | undefined) => room.put(path, changed);
  switch (field.kind) {
    case "boolean":
      return html`<label class="switch">
        <input
          id=${named.id}
          type="checkbox"
          .checked=${live((value ?? field.default) === true)}
          ?disabled=${room.readOnly}
          aria-describedby=${named.describedBy || nothing}
          @change=${(event: Event) => put((event.target as HTMLInputElement).checked)}
        />
        ${named.label}
      </label>`;
    case "choice":
      return choose(room, named, text(value), field.choices, put, standing(room, field));
    case "reference":
      return reference(room, field, text(value), named, put);
    case "duration":
      return input(room, field, value, named, put, (typed) => tidyDuration(typed));
    case "number":
      return field.reference
        ? nothingLess(value)
        : input(room, field, value, named, (typed) => put(numeric(typed)), String);
    default:
      return field.reference
        ? reference(room, field, text(value), named, put)
        : input(room, field, value, named, put, (typed) => typed);
  }
}

const nothingLess = (value: Value | undefined) => html`${text(value)}`;
const text = (value: Value | undefined): string =>
  value === undefined ? "" : typeof value === "object" ? "" : String(value);

/** What counts when nothing is chosen. */
const standing = (room: Room, field: Field): string =>
  field.default === undefined || field.default === ""
    ? field.required
      ? room.t("choose")
      : room.t("none")
    : room.t("default_is", { value: text(field.default) });

/** A number, where it is one; half a number stays text while it is typed. */
function numeric(typed: Value | undefined): Value | undefined {
  const number = Number(typed);
  return typed !== undefined && typed !== "" && String(number) === typed ? number : typed;
}

function input(
  room: Room,
  field: Field,
  value: Value | undefined,
  named: Named,
  put: (value: Value) => void,
  tidy: (typed: string) => Value,
): TemplateResult {
  const typed = (event: Event) => (event.target as HTMLInputElement).value;
  return html`<input
    id=${named.id}
    class=${field.kind}
    type="text"
    inputmode=${field.kind === "number" ? "decimal" : nothing}
    autocomplete="off"
    spellcheck="false"
    .value=${live(text(value))}
    placeholder=${field.required ? "" : text(field.default)}
    ?readonly=${room.readOnly}
    aria-describedby=${named.describedBy || nothing}
    aria-invalid=${named.describedBy.endsWith("-problems")}
    @input=${(event: Event) => put(typed(event))}
    @change=${(event: Event) => put(tidy(typed(event)))}
  />`;
}

/** One of several; an empty choice stands for the default. */
export function choose(
  room: Room,
  named: Named,
  value: string,
  choices: readonly string[],
  put: (value: string | undefined) => void,
  empty: string,
): TemplateResult {
  const unknown = value && !choices.includes(value) ? [value] : [];
  return html`<select
    id=${named.id}
    .value=${live(value)}
    ?disabled=${room.readOnly}
    aria-describedby=${named.describedBy || nothing}
    aria-invalid=${named.describedBy.endsWith("-problems")}
    @change=${(event: Event) => put((event.target as HTMLSelectElement).value || undefined)}
  >
    <option value="" ?selected=${!value}>${empty}</option>
    ${[...unknown, ...choices].map((each) => html`<option value=${each} ?selected=${each === value}>${each}</option>`)}
  </select>`;
}

/** The name of an entry: chosen from a few, or typed with suggestions from many, or where other words will do. */
function reference(
  room: Room,
  field: Field,
  value: string,
  named: Named,
  put: (value: string | undefined) => void,
): TemplateResult {
  const names = [...table(room.state.config, field.reference).keys()];
  if (!field.free && names.length <= LIST_UP_TO) return choose(room, named, value, names, put, standing(room, field));
  return html`<input
      id=${named.id}
      type="text"
      list="${named.id}-list"
      autocomplete="off"
      spellcheck="false"
      .value=${live(value)}
      placeholder=${text(field.default)}
      ?readonly=${room.readOnly}
      aria-describedby=${named.describedBy || nothing}
      @input=${(event: Event) => put((event.target as HTMLInputElement).value)}
    />
    ${suggestions(`${named.id}-list`, names)}`;
}

export const suggestions = (id: string, names: readonly string[]): TemplateResult =>
  html`<datalist id=${id}>${names.map((name) => html`<option value=${name}></option>`)}</datalist>`;

/** "Add a skill", where there is a word for what is added. */
export function addLabel(room: Room, section: string): string {
  const key = `add_${section}`;
  const said = room.t(key as ConfigurationKey);
  return said === key ? room.t("add") : said;
}

/** A name to be added, from those that are there or, `free`, any. */
export function adder(
  room: Room,
  id: string,
  label: string,
  names: readonly string[] | null,
  add: (name: string) => void,
): TemplateResult | typeof nothing {
  if (room.readOnly || names?.length === 0) return nothing;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const name = text(new FormData(form).get("name") as string).trim();
    if (!name || (names && !names.includes(name))) return;
    add(name);
    form.reset();
  };
  const few = names && names.length <= LIST_UP_TO;
  return html`<form class="adder" @submit=${submit}>
    <label for="${id}-add">${label}</label>
    ${
      few
        ? html`<select id="${id}-add" name="name">
            ${names.map((name) => html`<option value=${name}>${name}</option>`)}
          </select>`
        : html`<input
              id="${id}-add"
              name="name"
              autocomplete="off"
              spellcheck="false"
              list=${names ? `${id}-names` : nothing}
            />
            ${names ? suggestions(`${id}-names`, names) : nothing}`
    }
    <button class="quiet">${room.t("add")}</button>
  </form>`;
}
