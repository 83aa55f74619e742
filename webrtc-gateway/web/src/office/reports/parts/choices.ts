// What is asked for: the period, by what, of whom, and how it is counted; and the files.

import { html, nothing } from "lit";
import { addressOf, NAMES, OCCUPANCIES, PERIODS, type Period, type Query, SERVICE_LEVELS, TIMES } from "../query.ts";
import { named, type Room, word } from "../room.ts";

const FORMATS = ["csv", "json", "parquet"];

export function choices(room: Room) {
  const { query, names } = room;
  return html`<form class="choices" @submit=${(event: Event) => event.preventDefault()}>
    ${select(room, "period", word(room, "period"), PERIODS, (each) => word(room, `period_${each as Period}`))}
    ${query.period === "days" ? html`${day(room, "from")} ${day(room, "to")}` : nothing}
    ${select(room, "time", word(room, "over_time"), TIMES, (each) => (each ? named(room, "time", each) : word(room, "none")))}
    ${select(room, "name", word(room, "by"), NAMES, (each) => (each ? named(room, "by", each) : word(room, "none")))}
    <details class="more">
      <summary>${word(room, "only")}</summary>
      <div class="fields">
        ${choice(room, "queue", word(room, "by_queue"), names.queues)}
        ${choice(room, "agent", word(room, "by_agent"), names.agents)}
        ${field(room, "service", word(room, "by_service"), "text")}
      </div>
    </details>
    <details class="more">
      <summary>${word(room, "how")}</summary>
      <div class="fields">
        ${select(room, "serviceLevel", word(room, "service_level"), ["", ...SERVICE_LEVELS], (each) =>
          each ? named(room, "sl", each) : asCentre(room, "sl", room.report?.policy.service_level),
        )}
        ${field(room, "threshold", word(room, "threshold"), "number", String(room.report?.policy.threshold_s ?? ""))}
        ${field(room, "shortAbandon", word(room, "short_abandon"), "number", String(room.report?.policy.short_abandon_s ?? ""))}
        ${select(room, "occupancy", word(room, "occupancy"), ["", ...OCCUPANCIES], (each) =>
          each ? named(room, "occ", each) : asCentre(room, "occ", room.report?.policy.occupancy),
        )}
      </div>
    </details>
    <span class="files"
      >${word(room, "download")}
      ${FORMATS.map((format) => html`<a download href=${addressOf(query, room.today, format)}>${format.toUpperCase()}</a>`)}</span
    >
  </form>`;
}

function asCentre(room: Room, kind: "sl" | "occ", value: string | undefined): string {
  return word(room, "as_centre", { value: value ? named(room, kind, value) : "…" });
}

function select(room: Room, name: keyof Query, label: string, of: readonly string[], text: (each: string) => string) {
  return html`<label
    ><span>${label}</span
    ><select name=${name} @change=${(event: Event) => put(room, name, event)}>
      ${of.map((each) => html`<option value=${each} ?selected=${room.query[name] === each}>${text(each)}</option>`)}
    </select></label
  >`;
}

/** Of names that there are; one that is chosen and gone stays, so that it can be taken back. */
function choice(room: Room, name: "queue" | "agent", label: string, of: readonly string[]) {
  const chosen = room.query[name];
  const all = ["", ...of, ...(chosen && !of.includes(chosen) ? [chosen] : [])];
  return select(room, name, label, all, (each) => each || word(room, "none"));
}

function field(room: Room, name: keyof Query, label: string, type: "text" | "number", hint = "") {
  return html`<label
    ><span>${label}</span
    ><input
      name=${name}
      type=${type}
      min="0"
      max="86400"
      maxlength="64"
      placeholder=${hint}
      .value=${room.query[name]}
      @change=${(event: Event) => put(room, name, event)}
  /></label>`;
}

function day(room: Room, name: "from" | "to") {
  return html`<label
    ><span>${word(room, name)}</span
    ><input
      name=${name}
      type="date"
      .value=${room.query[name] || room.today}
      @change=${(event: Event) => put(room, name, event)}
  /></label>`;
}

function put(room: Room, name: keyof Query, event: Event): void {
  const { value } = event.target as HTMLInputElement | HTMLSelectElement;
  room.choose({ [name]: value.trim() });
}
