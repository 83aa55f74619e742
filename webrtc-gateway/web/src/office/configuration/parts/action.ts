// Where a contact goes, and where a secret is: tables of which one key is filled in.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Room } from "../room.ts";
import type { Field } from "../shape.ts";
import { at, EMPTY, isTable, type Path, table, type Table, text, type Value } from "../tables.ts";
import type { Named } from "./field.ts";
import { choose, suggestions } from "./plain.ts";

const CAUSES = ["normal", "busy", "rejected", "no_answer", "unreachable", "congestion"];
const WAYS = ["queue", "service", "hang_up"] as const;
type Way = (typeof WAYS)[number];

export function actionControl(room: Room, field: Field, path: Path, named: Named): TemplateResult {
  const value = at(room.state.config, path);
  const action = isTable(value) ? value : isTable(field.default) ? field.default : EMPTY;
  const way = WAYS.find((each) => action.has(each));
  const put = (changed: Table | undefined) => room.put(path, changed);
  const turn = (chosen: string) => put(chosen ? new Map([[chosen, first(room, chosen as Way)]]) : undefined);
  return html`<div class="action">
    <select
      aria-label="${named.label}: ${room.t("action_what")}"
      .value=${live(way ?? "")}
      ?disabled=${room.readOnly}
      @change=${(event: Event) => turn((event.target as HTMLSelectElement).value)}
    >
      ${field.required || field.default !== undefined ? nothing : html`<option value="" ?selected=${!way}>${room.t("action_none")}</option>`}
      ${WAYS.map((each) => html`<option value=${each} ?selected=${each === way}>${room.t(`action_${each}`)}</option>`)}
    </select>
    ${way ? target(room, way, action, named, put) : nothing}
  </div>`;
}

/** Something that is valid if it can be. */
function first(room: Room, way: Way): Value {
  if (way === "hang_up") return "normal";
  return [...table(room.state.config, way === "queue" ? "queues" : "services").keys()][0] ?? "";
}

function target(room: Room, way: Way, action: Table, named: Named, put: (action: Table) => void): TemplateResult {
  const set = (key: string) => (value: string | undefined) => {
    const changed = new Map(action);
    if (value) changed.set(key, value);
    else changed.delete(key);
    put(changed);
  };
  const inner = (key: string, label: string): Named => ({ id: `${named.id}-${key}`, label, describedBy: "" });
  const names =
    way === "hang_up" ? CAUSES : [...table(room.state.config, way === "queue" ? "queues" : "services").keys()];
  const chosen = choose(
    room,
    inner(way, way),
    text(action.get(way)),
    names,
    (value) => set(way)(value ?? ""),
    room.t("choose"),
  );
  if (way !== "hang_up") return html`<label class="unseen" for="${named.id}-${way}">${named.label}</label>${chosen}`;
  const prompts = [...table(room.state.config, "prompts").keys()];
  return html`<label class="unseen" for="${named.id}-${way}">${named.label}</label>${chosen}
    <input
      aria-label="${named.label}: ${room.t("action_prompt")}"
      placeholder=${room.t("action_prompt")}
      list="${named.id}-prompts"
      .value=${live(text(action.get("prompt")))}
      ?readonly=${room.readOnly}
      @input=${(event: Event) => set("prompt")((event.target as HTMLInputElement).value)}
    />
    ${suggestions(`${named.id}-prompts`, prompts)}`;
}

/** The secret itself never comes here. */
export function secretControl(room: Room, path: Path, named: Named): TemplateResult {
  const secret = at(room.state.config, path);
  const way = isTable(secret) ? (["env", "file"] as const).find((each) => secret.has(each)) : undefined;
  return html`<div class="action">
    <select
      aria-label="${named.label}: ${room.t("secret_where")}"
      .value=${live(way ?? "")}
      ?disabled=${room.readOnly}
      @change=${(event: Event) => {
        const chosen = (event.target as HTMLSelectElement).value;
        room.put(path, chosen ? new Map([[chosen, ""]]) : undefined);
      }}
    >
      <option value="" ?selected=${!way}>${room.t("none")}</option>
      <option value="env" ?selected=${way === "env"}>${room.t("secret_env")}</option>
      <option value="file" ?selected=${way === "file"}>${room.t("secret_file")}</option>
    </select>
    ${
      way
        ? html`<input
            aria-label=${named.label}
            autocomplete="off"
            spellcheck="false"
            .value=${live(text(isTable(secret) ? secret.get(way) : ""))}
            ?readonly=${room.readOnly}
            @input=${(event: Event) => room.put(path, new Map([[way, (event.target as HTMLInputElement).value]]))}
          />`
        : nothing
    }
  </div>`;
}
