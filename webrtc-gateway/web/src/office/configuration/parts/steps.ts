// The steps of a queue or a service: skills down, time across.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { tidyDuration } from "../duration.ts";
import type { Room } from "../room.ts";
import type { Field } from "../shape.ts";
import {
  levelAt,
  skillsOf,
  type Steps,
  stepsOf,
  withAfter,
  withLevel,
  withoutSkill,
  withoutStep,
  withSkill,
  withStep,
} from "../steps.ts";
import { at, type Path, table, text } from "../tables.ts";
import type { Named } from "./field.ts";
import { adder } from "./plain.ts";

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

export function stepsControl(room: Room, _field: Field, path: Path, named: Named): TemplateResult {
  const steps = stepsOf(at(room.state.config, path));
  const skills = skillsOf(steps);
  const put = (changed: Steps) => room.put(path, changed.length ? changed : undefined);
  const others = [...table(room.state.config, "skills").keys()].filter((skill) => !skills.includes(skill));
  return html`${
    steps.length === 0
      ? html`<p class="none">${room.t("steps_none")}</p>`
      : html`<div class="wide">
          <table class="steps">
            <thead>
              <tr>
                <th scope="col">${room.t("skill")}</th>
                ${steps.map((_, place) => html`<th scope="col">${head(room, steps, place, put)}</th>`)}
                <th><span class="unseen">${room.t("remove")}</span></th>
              </tr>
            </thead>
            <tbody>
              ${skills.map((skill) => skillRow(room, steps, skill, put))}
            </tbody>
          </table>
        </div>`
  }
  ${
    room.readOnly
      ? nothing
      : html`<div class="beside">
          ${adder(room, named.id, room.t("ask_for_skill"), others, (skill) => put(withSkill(steps, skill)))}
          ${
            steps.length
              ? html`<button class="quiet" type="button" @click=${() => put(withStep(steps))}>
                  ${room.t("add_step")}
                </button>`
              : nothing
          }
        </div>`
  }`;
}

function head(room: Room, steps: Steps, place: number, put: (steps: Steps) => void): TemplateResult {
  if (place === 0) return html`${room.t("at_once")}`;
  const changed = (event: Event) => (event.target as HTMLInputElement).value;
  return html`<label class="after"
      >${room.t("after")}
      <input
        class="duration"
        aria-label=${room.t("step_after", { step: place + 1 })}
        .value=${live(text(steps[place]?.get("after")))}
        ?readonly=${room.readOnly}
        @input=${(event: Event) => put(withAfter(steps, place, changed(event)))}
        @change=${(event: Event) => put(withAfter(steps, place, tidyDuration(changed(event))))}
    /></label>
    ${
      room.readOnly
        ? nothing
        : html`<button
            class="quiet small"
            type="button"
            aria-label=${room.t("remove_item", { what: room.t("step_number", { step: place + 1 }) })}
            @click=${() => put(withoutStep(steps, place))}
          >
            ✕
          </button>`
    }`;
}

function skillRow(room: Room, steps: Steps, skill: string, put: (steps: Steps) => void): TemplateResult {
  return html`<tr>
    <th scope="row">${skill}</th>
    ${steps.map((step, place) => {
      const level = levelAt(step, skill);
      return html`<td>
        <select
          aria-label=${room.t("level_in_step", { skill, step: place + 1 })}
          .value=${live(String(level))}
          ?disabled=${room.readOnly}
          @change=${(event: Event) =>
            put(withLevel(steps, place, skill, Number((event.target as HTMLSelectElement).value)))}
        >
          <option value="0" ?selected=${level === 0}>–</option>
          ${LEVELS.map((each) => html`<option value=${each} ?selected=${each === level}>≥ ${each}</option>`)}
        </select>
      </td>`;
    })}
    <td class="end">
      ${
        room.readOnly
          ? nothing
          : html`<button
              class="quiet small"
              type="button"
              aria-label=${room.t("remove_item", { what: skill })}
              @click=${() => put(withoutSkill(steps, skill))}
            >
              ✕
            </button>`
      }
    </td>
  </tr>`;
}
