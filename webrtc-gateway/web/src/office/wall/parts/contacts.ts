// The contacts: who waits, who is alerted for, who talks, each since when.

import { html, nothing } from "lit";
import { agentOf, contactSince, count, stageOf, STAGES } from "../lists.ts";
import { runningText } from "../clocks.ts";
import type { Room } from "../room.ts";
import type { ContactRow } from "../rows.ts";

export function contactStages({ centre, choice, text, set }: Room) {
  const counts = count(centre.contacts.rows.values(), stageOf);
  const { search } = choice;
  return html`<div class="chips" role="group" aria-label=${text.say("state")}>
    ${(["", ...STAGES] as const)
      .filter((stage) => !stage || counts.get(stage) || search.contacts === stage)
      .map((stage) => {
        const number = stage ? (counts.get(stage) ?? 0) : centre.contacts.rows.size;
        return html`<button
          class="chip ${stage}"
          aria-pressed=${search.contacts === stage ? "true" : "false"}
          @click=${() => set({ search: { ...search, contacts: stage } })}
        >
          ${stage ? text.say("one_state", { state: text.say(`stage_${stage}`), count: text.number(number) }) : text.say("all", { count: text.number(number) })}
        </button>`;
      })}
  </div>`;
}

export function contactHead({ text }: Room) {
  return html`<div class="contact line head" role="row">
    <span role="columnheader" class="name">${text.say("caller")}</span>
    <span role="columnheader" class="is">${text.say("state")}</span>
    <span role="columnheader" class="since">${text.say("since")}</span>
    <span role="columnheader" class="with">${text.say("queue")}</span>
  </div>`;
}

export function contactRow(room: Room, row: ContactRow, index: number) {
  const { text, set, centre } = room;
  const agent = agentOf(row);
  const name = callerOf(row);
  return html`<div class="contact line" role="row" aria-rowindex=${index + 2} data-id=${row.id}>
    <span role="cell" class="name">
      <button
        class="plain"
        aria-label=${text.say("details", { name })}
        @click=${() => set({ open: { kind: "contact", id: row.id }, asked: "" })}
      >
        ${name}
      </button>
    </span>
    <span role="cell" class="is">${stageText(room, row)}</span>
    <span role="cell" class="since clock" data-since=${contactSince(row)}></span>
    <span role="cell" class="with"
      >${row.queue ?? row.medium}${agent ? html` <small>${centre.agents.rows.get(agent)?.name ?? agent}</small>` : nothing}</span
    >
  </div>`;
}

export function stageText({ text }: Pick<Room, "text">, row: ContactRow) {
  const stage = stageOf(row);
  const ahead =
    stage === "talking" || row.head_start <= 0 ? "" : text.say("ahead", { time: runningText(row.head_start * 1000) });
  const more = [row.held ? text.say("held") : "", ahead].filter(Boolean).join(", ");
  return html`<span class="state ${stage}">${text.say(`stage_${stage}`)}</span
    >${more ? html` <small>${more}</small>` : nothing}`;
}

/** As far as this person may see it; else the contact's own name. */
export const callerOf = ({ id, caller }: ContactRow): string => caller?.number || caller?.name || id;
