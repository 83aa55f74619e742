// The agents: what each does, since when, and with whom.

import { html, nothing } from "lit";
import { at } from "../centre.ts";
import { AGENT_STATES, count } from "../lists.ts";
import type { Room } from "../room.ts";
import type { AgentRow } from "../rows.ts";
import { callerOf } from "./contacts.ts";

export function agentStates({ centre, choice, text, set }: Room) {
  const counts = count(centre.agents.rows.values(), ({ state }) => state);
  const { search } = choice;
  return html`<div class="chips" role="group" aria-label=${text.say("state")}>
    ${(["", ...AGENT_STATES] as const)
      .filter((state) => !state || counts.get(state) || search.agents === state)
      .map((state) => {
        const number = state ? (counts.get(state) ?? 0) : centre.agents.rows.size;
        return html`<button
          class="chip ${state}"
          aria-pressed=${search.agents === state ? "true" : "false"}
          @click=${() => set({ search: { ...search, agents: state } })}
        >
          ${state ? text.say("one_state", { state: text.say(`state_${state}`), count: text.number(number) }) : text.say("all", { count: text.number(number) })}
        </button>`;
      })}
  </div>`;
}

export function agentHead({ text }: Room) {
  return html`<div class="agent line head" role="row">
    <span role="columnheader" class="name">${text.say("agent")}</span>
    <span role="columnheader" class="is">${text.say("state")}</span>
    <span role="columnheader" class="since">${text.say("since")}</span>
    <span role="columnheader" class="with">${text.say("with")}</span>
  </div>`;
}

export function agentRow(room: Room, row: AgentRow, index: number) {
  const { text, set } = room;
  return html`<div class="agent line" role="row" aria-rowindex=${index + 2} data-id=${row.id}>
    <span role="cell" class="name">
      <button
        class="plain"
        aria-label=${text.say("details", { name: row.name })}
        @click=${() => set({ open: { kind: "agent", id: row.id }, asked: "" })}
      >
        ${row.name}
      </button>
    </span>
    <span role="cell" class="is">${stateText(room, row)}</span>
    <span role="cell" class="since clock" data-since=${row.state === "signed_out" ? 0 : at(row.since)}></span>
    <span role="cell" class="with">${withWhom(room, row)}</span>
  </div>`;
}

/** The state in a word, with a dot of its colour; why, and what comes after. */
export function stateText({ text }: Pick<Room, "text">, row: AgentRow) {
  const then = row.pending ? text.say(`then_${row.pending}`) : "";
  const more = [row.reason, then, row.pending_reason].filter(Boolean).join(", ");
  return html`<span class="state ${row.state}">${text.say(`state_${row.state}`)}</span
    >${more ? html` <small>${more}</small>` : nothing}`;
}

function withWhom({ centre }: Room, row: AgentRow) {
  const slot = row.slots.find(({ contact }) => contact !== null);
  const contact = slot?.contact ? centre.contacts.rows.get(slot.contact) : undefined;
  if (!contact) return nothing;
  return html`${contact.queue ?? contact.medium} <small>${callerOf(contact)}</small>`;
}
