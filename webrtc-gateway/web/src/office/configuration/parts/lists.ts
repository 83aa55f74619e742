// Lists: of words, a line each; of choices, to be ticked; of tables, one under the other.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { blank } from "../editing.ts";
import type { Room } from "../room.ts";
import type { Field } from "../shape.ts";
import { at, isList, list, type Path, table, type Value } from "../tables.ts";
import { fieldRow, type Named } from "./field.ts";

const TICKED_UP_TO = 40;

export function listControl(room: Room, field: Field, path: Path, named: Named): TemplateResult {
  const { of } = field;
  const value = at(room.state.config, path) ?? field.default;
  const items = isList(value) ? value : value === undefined ? [] : [value]; // one word stands for a list of one
  if (of?.kind === "table") return tables(room, of, path, list(at(room.state.config, path)), named);
  const names =
    of?.kind === "choice"
      ? of.choices
      : of?.reference && !of.free
        ? [...table(room.state.config, of.reference).keys()]
        : null;
  if (names && names.length <= TICKED_UP_TO) return ticks(room, path, items.map(String), names);
  return lines(room, path, items, named);
}

function ticks(room: Room, path: Path, chosen: readonly string[], names: readonly string[]): TemplateResult {
  const all = [...names, ...chosen.filter((each) => !names.includes(each))];
  const turn = (name: string, on: boolean) =>
    room.put(
      path,
      on ? all.filter((each) => each === name || chosen.includes(each)) : chosen.filter((each) => each !== name),
    );
  return html`<div class="ticks">
    ${all.map(
      (name) =>
        html`<label class="switch">
          <input
            type="checkbox"
            .checked=${live(chosen.includes(name))}
            ?disabled=${room.readOnly}
            @change=${(event: Event) => turn(name, (event.target as HTMLInputElement).checked)}
          />
          ${name}
        </label>`,
    )}
  </div>`;
}

/** What is typed stays as typed until the field is left: a line that is being begun is not taken away. */
function lines(room: Room, path: Path, items: readonly Value[], named: Named): TemplateResult {
  const typed = (event: Event) => (event.target as HTMLTextAreaElement).value.split("\n");
  const tidy = (words: readonly string[]) => words.map((word) => word.trim()).filter(Boolean);
  const shown = items.map(String).join("\n");
  return html`<textarea
    aria-label="${named.label}: ${room.t("one_per_line")}"
    aria-describedby=${named.describedBy || nothing}
    rows=${Math.min(8, Math.max(2, items.length + 1))}
    spellcheck="false"
    placeholder=${room.t("one_per_line")}
    .value=${shown}
    ?readonly=${room.readOnly}
    @input=${(event: Event) => room.put(path, tidy(typed(event)))}
    @change=${(event: Event) => ((event.target as HTMLTextAreaElement).value = tidy(typed(event)).join("\n"))}
  ></textarea>`;
}

function tables(room: Room, of: Field, path: Path, items: readonly Value[], named: Named): TemplateResult {
  const edit = (changed: readonly Value[]) => room.put(path, changed);
  return html`${items.map(
    (_, place) =>
      html`<fieldset class="item">
        <legend>${named.label} ${place + 1}</legend>
        <div class="inner">${of.fields.map((field) => fieldRow(room, field, [...path, place, field.name]))}</div>
        ${
          room.readOnly
            ? nothing
            : html`<button
                class="quiet small"
                type="button"
                @click=${() => edit(items.filter((__, each) => each !== place))}
              >
                ${room.t("remove_item", { what: `${named.label} ${place + 1}` })}
              </button>`
        }
      </fieldset>`,
  )}
  ${
    room.readOnly
      ? nothing
      : html`<button class="quiet small" type="button" @click=${() => edit([...items, blank(of)])}>
          ${room.t("add")}
        </button>`
  }`;
}
