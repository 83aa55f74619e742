// The agents of a queue or of a skill: the same assignments, seen from the other side.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { blank } from "../editing.ts";
import { SHOWN_AT_ONCE } from "../listing.ts";
import { idOf, type Room } from "../room.ts";
import { fieldAt } from "../shape.ts";
import { isTable, type Path, put, table, text, type Value } from "../tables.ts";
import { rowsOf } from "./maps.ts";

const SIDES: Readonly<Record<string, string>> = { queues: "queues", skills: "skills" };

export function assignedAgents(room: Room, section: string, name: string): TemplateResult | typeof nothing {
  const key = SIDES[section];
  const { config, shape } = room.state;
  const of = fieldAt(shape, ["agents", "*", key ?? "", name]);
  if (!key || !of) return nothing;
  const place = (agent: string): Path => ["agents", agent, key, name];
  const agents = table(config, "agents");
  const has = ([, agent]: [string, Value]) => isTable(agent) && table(agent, key).has(name);
  const assigned = [...agents].filter(has).map(([agent]) => agent);
  const others = [...agents].filter((each) => !has(each)).map(([agent]) => agent);
  const list = `assigned ${section}`;
  const wanted = (room.page.search.get(list) ?? "").toLowerCase();
  const found = assigned.filter((agent) =>
    `${agent} ${text(table(agents, agent).get("shown_as"))}`.toLowerCase().includes(wanted),
  );
  const shown = found.slice(0, room.page.shown.get(list) ?? SHOWN_AT_ONCE);
  const id = idOf([section, name, "agents"]);
  return html`<fieldset class="field" id=${id}>
    <legend>${room.t("assigned_agents", { count: assigned.length })}</legend>
    ${
      assigned.length > 10
        ? html`<input
            type="search"
            aria-label=${room.t("search_assigned")}
            placeholder=${room.t("search")}
            .value=${live(room.page.search.get(list) ?? "")}
            @input=${(event: Event) =>
              room.set({ search: new Map([...room.page.search, [list, (event.target as HTMLInputElement).value]]) })}
          />`
        : nothing
    }
    ${rowsOf(
      room,
      of,
      shown.map((agent) => ({ name: agent, path: place(agent) })),
      {
        named: { id, label: room.t("section_agents"), describedBy: "" },
        names: others,
        add: (agent) => room.edit(put(room.state.config, place(agent), blank(of))),
        remove: (agent) => room.edit(put(room.state.config, place(agent), undefined)),
        what: "agents",
      },
    )}
    ${
      found.length > shown.length
        ? html`<button
            class="quiet small"
            type="button"
            @click=${() => room.set({ shown: new Map([...room.page.shown, [list, shown.length + SHOWN_AT_ONCE]]) })}
          >
            ${room.t("show_more", { count: found.length - shown.length })}
          </button>`
        : nothing
    }
  </fieldset>`;
}
