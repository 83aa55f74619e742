// A field of a form: its label, what it means, how it is edited, and what is wrong with it.

import { html, nothing, type TemplateResult } from "lit";
import type { Located } from "../problems.ts";
import { humane, idOf, type Room } from "../room.ts";
import type { Field } from "../shape.ts";
import { at, type Path } from "../tables.ts";
import { actionControl, secretControl } from "./action.ts";
import { listControl } from "./lists.ts";
import { mapControl } from "./maps.ts";
import { plainControl } from "./plain.ts";
import { stepsControl } from "./steps.ts";

/** What a control is labelled and described by. */
export interface Named {
  readonly id: string;
  readonly label: string;
  readonly describedBy: string;
}

/** Kinds with more than one control: their label is a legend. */
const GROUPED = new Set(["list", "table", "map", "action", "secret"]);

export function fieldRow(room: Room, field: Field, path: Path, label = humane(field.name)): TemplateResult {
  const id = idOf(path);
  const isSteps = field.name === "steps" && field.kind === "list";
  const all = room.state.problems;
  const found = isSteps || !hasParts(field) ? all.under(path) : all.at(path);
  const describedBy = [field.help ? `${id}-help` : "", found.length ? `${id}-problems` : ""].filter(Boolean).join(" ");
  const named: Named = { id, label, describedBy };
  const help = field.help ? html`<p class="help" id="${id}-help">${prose(helpOf(field))}</p>` : nothing;
  if (field.kind === "boolean")
    return html`<div class="field">${control(room, field, path, named)} ${help} ${problemLines(found, id)}</div>`;
  if (GROUPED.has(field.kind))
    return html`<fieldset class="field" id=${id} tabindex="-1" aria-describedby=${describedBy || nothing}>
      <legend>${label}${mark(room, field)}</legend>
      ${help} ${isSteps ? stepsControl(room, field, path, named) : control(room, field, path, named)}
      ${problemLines(found, id)}
    </fieldset>`;
  return html`<div class="field">
    <label for=${id}>${label}${mark(room, field)}</label>
    ${control(room, field, path, named)} ${help} ${problemLines(found, id)}
  </div>`;
}

const mark = (room: Room, { required }: Field) =>
  required ? html` <span class="required">${room.t("required")}</span>` : nothing;

/** Whether its parts have fields of their own, with their own problems. */
function hasParts({ kind, of }: Field): boolean {
  return kind === "table" || kind === "map" || (kind === "list" && of?.kind === "table");
}

function control(room: Room, field: Field, path: Path, named: Named): TemplateResult {
  switch (field.kind) {
    case "list":
      return listControl(room, field, path, named);
    case "map":
      return mapControl(room, field, path, named);
    case "table":
      return tableControl(room, field, path);
    case "action":
      return actionControl(room, field, path, named);
    case "secret":
      return secretControl(room, path, named);
    default:
      return plainControl(room, field, path, named);
  }
}

/** A table in a table. One that may be missing is switched on and off. */
function tableControl(room: Room, field: Field, path: Path): TemplateResult {
  const isOptional = !field.required && field.default === undefined;
  const isOn = at(room.state.config, path) !== undefined;
  const fields = html`<div class="inner">
    ${field.fields.map((each) => fieldRow(room, each, [...path, each.name]))}
  </div>`;
  if (!isOptional) return fields;
  return html`<label class="switch">
      <input
        type="checkbox"
        .checked=${isOn}
        ?disabled=${room.readOnly}
        @change=${(event: Event) => room.put(path, (event.target as HTMLInputElement).checked ? new Map() : undefined)}
      />
      ${room.t("switched_on")}
    </label>
    ${isOn ? fields : nothing}`;
}

export function problemLines(found: readonly Located[], id: string): TemplateResult | typeof nothing {
  if (!found.length) return nothing;
  return html`<ul class="problems" id="${id}-problems">
    ${found.map((problem) => html`<li class=${problem.severity}>${problem.message}</li>`)}
  </ul>`;
}

/** How an action is written is nobody's business who chooses it from a list. */
const helpOf = ({ kind, help }: Field): string =>
  kind === "action" ? (help.split(" Exactly one of")[0] ?? help) : help;

/** What stands between `backticks` is code. */
export const prose = (help: string): (string | TemplateResult)[] =>
  help.split("`").map((part, place) => (place % 2 ? html`<code>${part}</code>` : part));
