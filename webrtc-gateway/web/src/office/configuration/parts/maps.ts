// Names with values: an agent's skills and queues, exit keys, capacities; and the same seen from the other side.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { blank } from "../editing.ts";
import { humane, idOf, type Room } from "../room.ts";
import type { Field } from "../shape.ts";
import { at, isTable, type Path, table } from "../tables.ts";
import { fieldRow, type Named, problemLines } from "./field.ts";
import { adder, addLabel, plainControl } from "./plain.ts";
import { actionControl } from "./action.ts";

const SCALE = 9; // a number from 1 to 10 is a scale
const PLAIN = new Set(["text", "number", "boolean", "duration", "choice", "reference"]);

/** A row: whose it is, and where its value stands. */
export interface Row {
  readonly name: string;
  readonly path: Path;
}

export function mapControl(room: Room, field: Field, path: Path, named: Named): TemplateResult {
  const { of, key } = field;
  if (!of) return html``;
  const own = at(room.state.config, path);
  const shown = isTable(own) ? own : isTable(field.default) ? field.default : new Map<string, never>();
  const rows = [...shown.keys()].map((name) => ({ name, path: [...path, name] }));
  const names = key?.reference
    ? [...table(room.state.config, key.reference).keys()].filter((name) => !shown.has(name) && name !== path[1])
    : null;
  const add = (name: string) => room.put(path, new Map([...shown, [name, blank(of)]]));
  const remove = (name: string) => room.put(path, new Map([...shown].filter(([each]) => each !== name)));
  return rowsOf(room, of, rows, { named, names, add, remove, what: key?.reference ?? "" });
}

export interface RowsAsk {
  readonly named: Named;
  /** Those that can be added; null: any. */
  readonly names: readonly string[] | null;
  readonly add: (name: string) => void;
  readonly remove: (name: string) => void;
  /** The section that the names lead to. */
  readonly what: string;
}

export function rowsOf(room: Room, of: Field, rows: readonly Row[], ask: RowsAsk): TemplateResult {
  const label = addLabel(room, ask.what);
  const isFlat = of.kind === "table" && of.fields.every(({ kind }) => PLAIN.has(kind));
  return html`${
    rows.length === 0
      ? html`<p class="none">${room.t("none_yet")}</p>`
      : isFlat || of.kind !== "table"
        ? grid(room, of, rows, ask)
        : rows.map((row) => stacked(room, of, row, ask))
  }
  ${adder(room, ask.named.id, label, ask.names, ask.add)}`;
}

/** A line each: the name, then the fields of its value. */
function grid(room: Room, of: Field, rows: readonly Row[], ask: RowsAsk): TemplateResult {
  const columns = of.kind === "table" ? of.fields : [of];
  return html`<table class="rows of-${of.kind}">
    ${
      of.kind === "table"
        ? html`<thead>
            <tr>
              <th scope="col"><span class="unseen">${room.t("name")}</span></th>
              ${columns.map((field) => html`<th scope="col" title=${field.help || nothing}>${humane(field.name)}</th>`)}
              <th><span class="unseen">${room.t("remove")}</span></th>
            </tr>
          </thead>`
        : nothing
    }
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr id=${idOf(row.path)} tabindex="-1">
            <th scope="row">${row.name}${problemLines(room.state.problems.under(row.path), idOf(row.path))}</th>
            ${columns.map((field) => html`<td data-label=${of.kind === "table" ? humane(field.name) : nothing}>${cell(room, of, field, row)}</td>`)}
            <td class="end">${removal(room, row, ask)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function cell(room: Room, of: Field, field: Field, row: Row): TemplateResult {
  const path = of.kind === "table" ? [...row.path, field.name] : row.path;
  const name = of.kind === "table" ? `${row.name}: ${humane(field.name)}` : row.name;
  const id = `${idOf(path)}-value`;
  const named: Named = { id, label: name, describedBy: "" };
  if (field.kind === "action") return actionControl(room, field, path, named);
  if (isScale(field)) return scale(room, field, path, named);
  if (field.kind === "boolean")
    return html`<input
      type="checkbox"
      aria-label=${name}
      .checked=${live((at(room.state.config, path) ?? field.default) === true)}
      ?disabled=${room.readOnly}
      @change=${(event: Event) => room.put(path, (event.target as HTMLInputElement).checked)}
    />`;
  return html`<label class="unseen" for=${id}>${name}</label>${plainControl(room, field, path, named)}`;
}

const isScale = ({ kind, min, max }: Field): boolean =>
  kind === "number" && typeof min === "number" && typeof max === "number" && max - min <= SCALE;

function scale(room: Room, field: Field, path: Path, named: Named): TemplateResult {
  const value = at(room.state.config, path);
  const shown = typeof value === "number" ? value : Number(field.min);
  return html`<span class="scale">
    <input
      id=${named.id}
      type="range"
      min=${Number(field.min)}
      max=${Number(field.max)}
      aria-label=${named.label}
      .value=${live(String(shown))}
      ?disabled=${room.readOnly}
      @input=${(event: Event) => room.put(path, Number((event.target as HTMLInputElement).value))}
    />
    <output for=${named.id}>${shown}</output>
  </span>`;
}

function stacked(room: Room, of: Field, row: Row, ask: RowsAsk): TemplateResult {
  return html`<fieldset class="item" id=${idOf(row.path)} tabindex="-1">
    <legend>${row.name}</legend>
    ${problemLines(room.state.problems.at(row.path), idOf(row.path))}
    <div class="inner">${of.fields.map((field) => fieldRow(room, field, [...row.path, field.name]))}</div>
    ${removal(room, row, ask)}
  </fieldset>`;
}

function removal(room: Room, { name }: Row, ask: RowsAsk): TemplateResult | typeof nothing {
  if (room.readOnly) return nothing;
  return html`<button
    class="quiet small"
    type="button"
    aria-label=${room.t("remove_item", { what: name })}
    title=${room.t("remove_item", { what: name })}
    @click=${() => ask.remove(name)}
  >
    ✕
  </button>`;
}
