// The television: big figures, nothing to press. What is old is told as old, and soon not shown at all.

import { html, nothing } from "lit";
import { AGENT_STATES, count } from "../lists.ts";
import { at } from "../centre.ts";
import type { Room } from "../room.ts";
import type { Alarm, QueueRow } from "../rows.ts";
import type { Screens } from "../screens.ts";
import { mark } from "./queues.ts";

/** After so long without news even faint figures would lie. */
export const HIDE_MS = 30_000;

export interface Television {
  readonly screen: Screens<QueueRow>;
  readonly staleSince: number;
  readonly signedOut: boolean;
  /** By this computer's clock. */
  readonly here: number;
  readonly leave: () => void;
}

export function television(room: Room, { screen, staleSince, signedOut, here, leave }: Television) {
  const { text, centre } = room;
  const isHidden = staleSince < 0 || (staleSince > 0 && here - staleSince >= HIDE_MS);
  const states = count(centre.agents.rows.values(), ({ state }) => state);
  return html`<dialog
    id="television"
    class="columns-${screen.columns} rows-${Math.ceil(screen.rows.length / screen.columns)} ${staleSince ? "stale" : ""}"
    aria-label=${text.say("title")}
    @close=${leave}
  >
    <header>
      ${
        staleSince
          ? html`<strong class="trouble" role="status"
              >${mark(room)}
              ${signedOut ? text.say("tv_signed_out") : staleSince < 0 ? text.say("connecting") : text.say("stale_since", { time: text.time(staleSince) })}</strong
            >`
          : html`<span class="states"
                >${AGENT_STATES.filter((state) => state !== "signed_out" && states.get(state)).map(
                  (state) =>
                    html`<span class="state ${state}"
                      >${text.say(`state_${state}`)} <b>${text.number(states.get(state) ?? 0)}</b></span
                    >`,
                )}</span
              >
              ${trunkTrouble(room)}`
      }
      <time>${text.time(here)}</time>
    </header>
    <main>
      ${screen.rows.map((row) => card(room, row, isHidden))}
      ${screen.rows.length ? nothing : html`<p class="none">${text.say(staleSince ? "connecting" : "tv_empty")}</p>`}
    </main>
    <footer aria-hidden="true">
      ${screen.pages > 1 ? Array.from({ length: screen.pages }, (_, page) => html`<i class=${page === screen.page ? "here" : ""}></i>`) : nothing}
    </footer>
  </dialog>`;
}

/** One of them in words: there is one line. */
function trunkTrouble(room: Room) {
  const { alarms, centre, text, now } = room;
  const [first, ...others] = alarms.ofTrunks;
  return first
    ? html`<strong class="trouble" role="status"
        >${mark(room)}
        ${text.alarm(first, centre, now)}${others.length ? ` + ${text.number(others.length)}` : ""}</strong
      >`
    : nothing;
}

function card(room: Room, row: QueueRow, isHidden: boolean) {
  const { text, alarms } = room;
  const passed = alarms.of(row.id);
  const unknown = text.say("unknown");
  const figure = (about: Alarm | null, label: Parameters<typeof text.say>[0], value: unknown, size = "") => {
    const alarmed = about !== null && passed.includes(about);
    return html`<div class="figure ${size} ${alarmed ? "alarmed" : ""}">
      <dt>${alarmed ? mark(room) : nothing}${text.say(label)}</dt>
      <dd>${isHidden ? unknown : value}</dd>
    </div>`;
  };
  const since = at(row.longest_waiting_since);
  const { today } = row;
  return html`<section class="card ${passed.length ? "has-alarm" : ""}" data-id=${row.id}>
    <h2>${row.id}</h2>
    <dl>
      ${figure("waiting", "waiting", text.number(row.waiting), "big")}
      ${figure("longest_wait", "longest", since ? html`<span class="clock" data-short data-since=${since}></span>` : unknown, "big")}
      ${figure("ready_below", "free", text.number(Math.max(0, row.ready - row.busy)))}
      ${figure(null, "busy", text.number(row.busy))}
      ${today ? figure("service_level", "tv_level", text.percent(today.service_level)) : nothing}
      ${today ? figure("abandon_rate", "tv_lost", text.number(today.abandoned)) : nothing}
    </dl>
  </section>`;
}
