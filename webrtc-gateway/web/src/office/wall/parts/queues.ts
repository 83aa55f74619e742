// The queues: how many wait and how long, who could take them, and the day so far.

import { html, nothing } from "lit";
import { at } from "../centre.ts";
import type { Room } from "../room.ts";
import type { Alarm, QueueRow } from "../rows.ts";

export function queueHead({ text }: Room) {
  const head = (key: Parameters<typeof text.say>[0], kind = "figure") =>
    html`<span role="columnheader" class=${kind}>${text.say(key)}</span>`;
  return html`<div class="queue line head" role="row">
    ${head("queue", "name")} ${head("waiting")} ${head("longest")} ${head("expected")} ${head("free")} ${head("busy")}
    ${head("offered")} ${head("answered")} ${head("abandoned")} ${head("service_level")}
  </div>`;
}

export function queueRow(room: Room, row: QueueRow, index: number) {
  const { text, alarms, choice, set } = room;
  const passed = alarms.of(row.id);
  const chosen = choice.search.queue === row.id;
  const cell = (about: Alarm | null, label: Parameters<typeof text.say>[0], value: unknown) => {
    const alarmed = about !== null && passed.includes(about);
    return html`<span role="cell" class="figure ${alarmed ? "alarmed" : ""}">
      <span class="label">${text.say(label)}</span>
      <span class="value">${alarmed ? mark(room) : nothing}${value}</span>
    </span>`;
  };
  const free = Math.max(0, row.ready - row.busy);
  const { today } = row;
  return html`<div
    class="queue line ${passed.length ? "has-alarm" : ""} ${chosen ? "chosen" : ""}"
    role="row"
    aria-rowindex=${index + 2}
    data-id=${row.id}
  >
    <span role="cell" class="name">
      <button
        class="plain"
        aria-pressed=${chosen ? "true" : "false"}
        @click=${() => set({ search: { ...choice.search, queue: chosen ? "" : row.id } })}
      >
        ${row.id}
      </button>
    </span>
    ${cell("waiting", "waiting", text.number(row.waiting))}
    ${cell(
      "longest_wait",
      "longest",
      row.longest_waiting_since
        ? html`<span class="clock" data-since=${at(row.longest_waiting_since)}></span>`
        : text.say("unknown"),
    )}
    ${cell("expected_wait", "expected", text.expected(row.expected_wait))}
    ${cell("ready_below", "free", text.number(free))} ${cell(null, "busy", text.number(row.busy))}
    ${cell(null, "offered", today ? text.number(today.offered) : text.say("unknown"))}
    ${cell(null, "answered", today ? text.number(today.answered) : text.say("unknown"))}
    ${cell(
      "abandon_rate",
      "abandoned",
      today
        ? html`${text.number(today.abandoned)} <small>${text.percent(today.abandon_rate)}</small>`
        : text.say("unknown"),
    )}
    ${cell("service_level", "service_level", text.percent(today?.service_level))}
  </div>`;
}

/** Not by colour alone. */
export const mark = ({ text }: Pick<Room, "text">) =>
  html`<span class="mark" role="img" aria-label=${text.say("alarm")}>▲</span>`;
