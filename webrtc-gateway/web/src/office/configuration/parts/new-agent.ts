// One form for all that a new agent needs: a name, a phone, queues, skills, and the link to choose a password.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { nameProblem } from "../editing.ts";
import { BLANK_AGENT, type NewAgent, suggestedName, withAgent } from "../new-agent.ts";
import { type Room } from "../room.ts";
import { table, text } from "../tables.ts";
import { adder, addLabel, choose, suggestions } from "./plain.ts";

const PLACES = ["browser", "phone", "seat", "none"] as const;

export function newAgentForm(room: Room): TemplateResult {
  const { newAgent: given } = room.page;
  const set = (change: Partial<NewAgent>) => room.set({ newAgent: { ...given, ...change } });
  const typed = (event: Event) => (event.target as HTMLInputElement).value;
  const follows = given.name === suggestedName(given.fullName);
  return html`<section class="entry">
    <header><h2 id="entry-title" tabindex="-1">${room.t("new_agent")}</h2></header>
    <div class="group">
      <div class="fields">
        <div class="field">
          <label for="agent-full">${room.t("full_name")}</label>
          <input
            id="agent-full"
            autocomplete="off"
            .value=${live(given.fullName)}
            aria-describedby="agent-full-help"
            @input=${(event: Event) => set({ fullName: typed(event), ...(follows ? { name: suggestedName(typed(event)) } : {}) })}
          />
          <p class="help" id="agent-full-help">${room.t("full_name_help")}</p>
        </div>
        <div class="field">
          <label for="agent-name">${room.t("sign_in_name")} <span class="required">${room.t("required")}</span></label>
          <input
            id="agent-name"
            autocomplete="off"
            spellcheck="false"
            .value=${live(given.name)}
            aria-describedby="agent-name-help"
            @input=${(event: Event) => set({ name: typed(event) })}
          />
          <p class="help" id="agent-name-help">${room.t("sign_in_name_help")}</p>
        </div>
      </div>
    </div>
    <fieldset class="field">
      <legend>${room.t("phone_of_agent")}</legend>
      <div class="ticks">
        ${PLACES.map(
          (place) =>
            html`<label class="switch">
              <input
                type="radio"
                name="place"
                value=${place}
                .checked=${live(given.at === place)}
                @change=${() => set({ at: place })}
              />
              ${room.t(`phone_${place}`)}</label
            >`,
        )}
      </div>
      ${phone(room, given, set)}
    </fieldset>
    ${queues(room, given, set)} ${skills(room, given, set)} ${endings(room, given)}
  </section>`;
}

type Set = (change: Partial<NewAgent>) => void;

function phone(room: Room, given: NewAgent, set: Set): TemplateResult {
  const nodes = [...table(room.state.config, "pbx").keys()];
  const seats = [...table(room.state.config, "seats").keys()];
  const named = (id: string, label: string) => ({ id, label, describedBy: "" });
  return html`<div class="fields">
    ${
      given.at === "phone"
        ? html`<div class="field">
            <label for="agent-endpoint"
              >${room.t("endpoint")} <span class="required">${room.t("required")}</span></label
            >
            <input
              id="agent-endpoint"
              autocomplete="off"
              spellcheck="false"
              .value=${live(given.endpoint)}
              @input=${(event: Event) => set({ endpoint: (event.target as HTMLInputElement).value })}
            />
            <p class="help">${room.t("endpoint_help")}</p>
          </div>`
        : nothing
    }
    ${
      given.at === "seat"
        ? html`<div class="field">
            <label for="agent-seat">${room.t("seat")} <span class="required">${room.t("required")}</span></label>
            <input
              id="agent-seat"
              list="agent-seats"
              autocomplete="off"
              .value=${live(given.seat)}
              @input=${(event: Event) => set({ seat: (event.target as HTMLInputElement).value })}
            />${suggestions("agent-seats", seats)}
          </div>`
        : nothing
    }
    ${
      nodes.length > 1 && (given.at === "phone" || given.at === "browser")
        ? html`<div class="field">
            <label for="agent-node">${room.t("on_pbx")}</label>
            ${choose(room, named("agent-node", ""), given.node, nodes, (node) => set({ node: node ?? "" }), room.t(given.at === "browser" ? "choose" : "any_pbx"))}
          </div>`
        : nothing
    }
  </div>`;
}

function queues(room: Room, given: NewAgent, set: Set): TemplateResult {
  const all = [...table(room.state.config, "queues").keys()];
  const others = all.filter((queue) => !given.queues.includes(queue));
  return html`<fieldset class="field">
    <legend>${room.t("section_queues")}</legend>
    ${given.queues.length ? chips(room, given.queues, (name) => set({ queues: given.queues.filter((each) => each !== name) })) : html`<p class="none">${room.t("none_yet")}</p>`}
    ${adder(room, "agent-queues", addLabel(room, "queues"), others, (name) => set({ queues: [...given.queues, name] }))}
  </fieldset>`;
}

function skills(room: Room, given: NewAgent, set: Set): TemplateResult {
  const others = [...table(room.state.config, "skills").keys()].filter((skill) => !given.skills.has(skill));
  return html`<fieldset class="field">
    <legend>${room.t("section_skills")}</legend>
    ${given.skills.size === 0 ? html`<p class="none">${room.t("none_yet")}</p>` : nothing}
    <table class="rows">
      <tbody>
        ${[...given.skills].map(
          ([skill, level]) =>
            html`<tr>
              <th scope="row">${skill}</th>
              <td>
                <span class="scale">
                  <input
                    type="range"
                    min="1"
                    max="10"
                    aria-label=${skill}
                    .value=${live(String(level))}
                    @input=${(event: Event) => set({ skills: new Map([...given.skills, [skill, Number((event.target as HTMLInputElement).value)]]) })}
                  />
                  <output>${level}</output></span
                >
              </td>
              <td class="end">
                <button
                  class="quiet small"
                  type="button"
                  aria-label=${room.t("remove_item", { what: skill })}
                  @click=${() => set({ skills: new Map([...given.skills].filter(([each]) => each !== skill)) })}
                >
                  ✕
                </button>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${adder(room, "agent-skills", addLabel(room, "skills"), others, (name) => set({ skills: new Map([...given.skills, [name, 5]]) }))}
  </fieldset>`;
}

const chips = (room: Room, names: readonly string[], remove: (name: string) => void): TemplateResult =>
  html`<ul class="chips">
    ${names.map((name) => html`<li>${name} <button class="quiet small" type="button" aria-label=${room.t("remove_item", { what: name })} @click=${() => remove(name)}>✕</button></li>`)}
  </ul>`;

/** What still keeps the agent from being added. */
function missing(room: Room, given: NewAgent): string {
  const wrong = nameProblem(table(room.state.config, "agents"), given.name.trim());
  if (wrong) return room.t(`name_${wrong}`);
  if (given.at === "phone" && !given.endpoint.trim()) return room.t("endpoint_missing");
  if (given.at === "seat" && !table(room.state.config, "seats").has(given.seat)) return room.t("seat_missing");
  return "";
}

function endings(room: Room, given: NewAgent): TemplateResult {
  const add = (): boolean => {
    const why = missing(room, given);
    if (why) room.say("bad", why);
    else {
      room.edit(withAgent(room.state.config, { ...given, name: given.name.trim() }));
      room.set({ newAgent: BLANK_AGENT });
    }
    return !why;
  };
  const { isChanged } = room.session;
  const addAndApply = () => {
    const name = given.name.trim();
    if (!add()) return;
    room.attempt(async () => {
      if (await room.session.apply()) await link(room, name);
      else room.go(room.session.isBehind ? "review" : "problems");
    });
  };
  return html`<div class="buttons">
      <button id="add-apply" type="button" ?disabled=${room.state.busy || room.session.isBehind} @click=${addAndApply}>
        ${room.t("add_and_apply")}
      </button>
      <button class="quiet" id="add-only" type="button" @click=${() => add() && room.go("agents", given.name.trim())}>
        ${room.t("add_to_draft")}
      </button>
    </div>
    ${isChanged ? html`<p class="help">${room.t("applies_all")}</p>` : nothing}`;
}

/** Asks for the link and shows it. */
export async function link(room: Room, name: string): Promise<void> {
  const url = await room.session.calls.passwordLink(name);
  room.set({ link: { name, url } });
  room.go("agents", name);
}

/** For an agent who is in force: a link by which they choose a password. */
export function linkPanel(room: Room, name: string): TemplateResult | typeof nothing {
  const { inForce } = room.state;
  if (!room.session.mayEdit || !table(inForce.config, "agents").has(name)) return nothing;
  const { link: made } = room.page;
  if (made?.name !== name)
    return html`<button
      class="quiet small"
      id="make-link"
      type="button"
      @click=${() => room.attempt(() => link(room, name))}
    >
      ${room.t("make_link")}
    </button>`;
  return html`<div class="note good" id="link">
    <label for="link-url"
      >${room.t("link_made", { name: text(table(table(inForce.config, "agents"), name).get("shown_as")) || name })}</label
    >
    <input
      id="link-url"
      readonly
      .value=${made.url}
      @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
    />
    <button
      class="small"
      type="button"
      @click=${() =>
        room.attempt(async () => {
          await navigator.clipboard.writeText(made.url);
          room.say("good", room.t("copied"));
        })}
    >
      ${room.t("copy")}
    </button>
  </div>`;
}
