// The window over the wall: one agent or one contact, what is known of it now, and what may be done.

import { html, nothing, type TemplateResult } from "lit";
import { at } from "../centre.ts";
import { agentOf, contactSince } from "../lists.ts";
import type { Room } from "../room.ts";
import type { AgentRow, ContactRow } from "../rows.ts";
import {
  type AgentAction,
  agentActions,
  agentRequest,
  type ContactAction,
  contactActions,
  contactRequest,
  type Request,
} from "./actions.ts";
import { stateText } from "./agents.ts";
import { callerOf, stageText } from "./contacts.ts";

export interface Does {
  readonly act: (request: Request, name: string) => void;
  readonly close: () => void;
  readonly go: (path: string) => void;
  /** Of which the configuration has names; empty: any word will do. */
  readonly reasons: readonly string[];
  /** A request is on its way. */
  readonly busy: boolean;
}

export function details(room: Room, does: Does) {
  const { open } = room.choice;
  if (!open) return nothing;
  const { text, centre } = room;
  const agent = open.kind === "agent" ? centre.agents.rows.get(open.id) : undefined;
  const contact = open.kind === "contact" ? centre.contacts.rows.get(open.id) : undefined;
  const title = agent?.name ?? (contact ? callerOf(contact) : open.id);
  return html`<dialog id="details" aria-labelledby="details-title" @close=${does.close}>
    <header class="row head">
      <h2 id="details-title">${title}</h2>
      <button class="quiet small" id="close-details" @click=${does.close}>${text.say("close")}</button>
    </header>
    ${agent ? ofAgent(room, agent, does) : nothing} ${contact ? ofContact(room, contact, does) : nothing}
    ${agent || contact ? nothing : html`<p class="gone" role="status">${text.say(open.kind === "agent" ? "gone_agent" : "gone_contact")}</p>`}
    ${open.kind === "contact" ? html`<p><button class="quiet small" id="story" @click=${() => does.go(`contacts/${open.id}`)}>${text.say("story")}</button></p>` : nothing}
  </dialog>`;
}

const fact = (label: string, value: unknown) =>
  value
    ? html`<div>
        <dt>${label}</dt>
        <dd>${value}</dd>
      </div>`
    : nothing;
const since = (ms: number) => (ms ? html`<span class="clock" data-since=${ms}></span>` : "");

function ofAgent(room: Room, row: AgentRow, does: Does) {
  const { text } = room;
  return html`<dl class="facts">
      ${fact(text.say("state"), stateText(room, row))} ${fact(text.say("since"), since(at(row.since)))}
      ${fact(text.say("seat"), row.seat)} ${fact(text.say("queues"), row.queues.join(", "))}
      ${fact(text.say("calls"), row.calls ? text.number(row.calls) : "")}
    </dl>
    ${room.leads ? agentButtons(room, row, does) : nothing}`;
}

function agentButtons(room: Room, row: AgentRow, does: Does) {
  const { text, choice, set } = room;
  const act = (action: AgentAction, reason = "") => does.act(agentRequest(row.id, action, reason), row.name);
  if (choice.asked === "sign_out")
    return confirm(room, text.say("really_sign_out", { name: row.name }), text.say("yes_sign_out"), () =>
      act("sign_out"),
    );
  const buttons: Readonly<Record<AgentAction, () => TemplateResult>> = {
    ready: () =>
      html`<button class="go" id="act-ready" ?disabled=${does.busy} @click=${() => act("ready")}>
        ${text.say("go_ready")}
      </button>`,
    end_wrap_up: () =>
      html`<button id="act-end-wrap-up" ?disabled=${does.busy} @click=${() => act("end_wrap_up")}>
        ${text.say("end_wrap_up")}
      </button>`,
    not_ready: () => notReady(room, does, (reason) => act("not_ready", reason)),
    sign_out: () =>
      html`<button class="quiet" id="act-sign-out" ?disabled=${does.busy} @click=${() => set({ asked: "sign_out" })}>
        ${text.say("sign_out")}
      </button>`,
  };
  return html`<div class="row acts">${agentActions(row).map((action) => buttons[action]())}</div>`;
}

function notReady({ text }: Room, does: Does, act: (reason: string) => void) {
  const chosen = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    const { value } = select;
    select.selectedIndex = 0;
    if (value) act(value);
  };
  if (!does.reasons.length)
    return html`<button class="quiet" id="act-not-ready" ?disabled=${does.busy} @click=${() => act("supervisor")}>
      ${text.say("go_not_ready")}
    </button>`;
  return html`<select
    id="act-not-ready"
    class="quiet"
    ?disabled=${does.busy}
    aria-label=${text.say("go_not_ready")}
    @change=${chosen}
  >
    <option value="" selected>${text.say("go_not_ready")}…</option>
    ${does.reasons.map((reason) => html`<option value=${reason}>${reason}</option>`)}
  </select>`;
}

function ofContact(room: Room, row: ContactRow, does: Does) {
  const { text, centre } = room;
  const agent = agentOf(row);
  return html`<dl class="facts">
      ${fact(text.say("state"), stageText(room, row))} ${fact(text.say("since"), since(contactSince(row)))}
      ${fact(text.say("queue"), row.queue)}
      ${fact(text.say("agent"), agent ? (centre.agents.rows.get(agent)?.name ?? agent) : "")}
      ${fact(text.say("caller"), [row.caller?.number, row.caller?.name].filter(Boolean).join(", "))}
      ${fact(text.say("service"), row.service)} ${fact(text.say("medium"), row.medium)}
      ${fact(text.say("contact"), row.id)}
    </dl>
    ${room.leads ? contactButtons(room, row, does) : nothing}`;
}

function contactButtons(room: Room, row: ContactRow, does: Does) {
  const { text, choice, set } = room;
  const act = (action: ContactAction, to = "") =>
    does.act(contactRequest(row.id, action, to), to.split(":").slice(1).join(":"));
  if (choice.asked === "hang_up")
    return confirm(room, text.say("really_hang_up"), text.say("yes_hang_up"), () => act("hang_up"));
  const buttons: Readonly<Record<ContactAction, () => TemplateResult>> = {
    serve_next: () =>
      html`<button id="act-serve-next" ?disabled=${does.busy} @click=${() => act("serve_next")}>
        ${text.say("serve_next")}
      </button>`,
    transfer: () => transferTo(room, row, does, (to) => act("transfer", to)),
    hang_up: () =>
      html`<button class="danger" id="act-hang-up" ?disabled=${does.busy} @click=${() => set({ asked: "hang_up" })}>
        ${text.say("hang_up")}
      </button>`,
  };
  return html`<div class="row acts">${contactActions(row).map((action) => buttons[action]())}</div>`;
}

function transferTo({ text, centre }: Room, row: ContactRow, does: Does, act: (to: string) => void) {
  const chosen = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    const { value } = select;
    select.selectedIndex = 0;
    if (value) act(value);
  };
  const free = [...centre.agents.rows.values()].filter(({ state, id }) => state === "free" && id !== row.agent);
  const queues = [...centre.queues.rows.values()].filter(({ medium }) => medium === row.medium);
  return html`<select
    id="act-transfer"
    class="quiet"
    ?disabled=${does.busy}
    aria-label=${text.say("transfer_to")}
    @change=${chosen}
  >
    <option value="" selected>${text.say("transfer")}…</option>
    <optgroup label=${text.say("queues")}>
      ${queues.map(({ id }) => html`<option value=${`queue:${id}`}>${id}</option>`)}
    </optgroup>
    <optgroup label=${text.say("agents")}>
      ${free.slice(0, 100).map(({ id, name }) => html`<option value=${`agent:${id}`}>${name}</option>`)}
    </optgroup>
  </select>`;
}

function confirm({ text, set }: Room, question: string, yes: string, act: () => void) {
  return html`<div class="confirm" role="alertdialog" aria-label=${question}>
    <p>${question}</p>
    <div class="row acts">
      <button class="danger" id="act-yes" @click=${act}>${yes}</button>
      <button class="quiet" id="act-keep" @click=${() => set({ asked: "" })}>${text.say("keep")}</button>
    </div>
  </div>`;
}
