// Over the lists: whether all this is live, what to look for, the alarms, and what calls a person.

import { html, nothing } from "lit";
import type { Sound } from "../sound.ts";
import type { Found, Raised } from "../alarms.ts";
import type { Room } from "../room.ts";

export interface Bar {
  /** Since when nothing was heard; 0: it is live; -1: it was never. */
  readonly staleSince: number;
  readonly sound: Sound;
  readonly soundPressed: () => void;
  readonly tv: () => void;
}

export function bar(room: Room, { staleSince, sound, soundPressed, tv }: Bar) {
  const { text, centre, choice, set } = room;
  const { search } = choice;
  const queues = [...centre.queues.rows.keys()].sort();
  const soundWord = sound.wanted ? "sound_on" : sound.wasWanted ? "sound_again" : "sound";
  return html`<div class="wall-bar">
    <h1>${text.say("title")}</h1>
    <span class="link ${staleSince ? "lost" : "live"}" id="link" role="status"
      >${text.say(staleSince < 0 ? "connecting" : staleSince ? "stale" : "live")}</span
    >
    <span class="space"></span>
    <select
      id="queue-filter"
      aria-label=${text.say("queue")}
      .value=${search.queue}
      @change=${(event: Event) => set({ search: { ...search, queue: (event.target as HTMLSelectElement).value } })}
    >
      <option value="" ?selected=${!search.queue}>${text.say("all_queues")}</option>
      ${queues.map((id) => html`<option value=${id} ?selected=${id === search.queue}>${id}</option>`)}
    </select>
    <input
      type="search"
      id="look-for"
      autocomplete="off"
      placeholder=${text.say("look_for")}
      aria-label=${text.say("look_for")}
      .value=${search.text}
      @input=${(event: Event) => set({ search: { ...search, text: (event.target as HTMLInputElement).value } })}
    />
    <button class="quiet" id="sound" aria-pressed=${sound.wanted ? "true" : "false"} @click=${soundPressed}>
      ${text.say(soundWord)}
    </button>
    <button class="quiet" id="tv" @click=${tv}>${text.say("tv")}</button>
  </div>`;
}

const SHOWN = 6;

export function alarmList(room: Room, seen: (which?: Found) => void) {
  const { alarms, text } = room;
  const all = alarms.all;
  const open = all.filter((one) => !one.seen).length;
  const word = all.length === 1 ? "one_alarm" : "alarms";
  return html`<section class="alarms ${open ? "open" : ""}" aria-label=${text.say("alarms", { count: all.length })}>
    <strong id="alarm-count" role="status"
      >${all.length ? html`<span class="mark" aria-hidden="true">▲</span> ${text.say(word, { count: text.number(all.length) })}` : text.say("no_alarm")}</strong
    >
    <ul>
      ${all.slice(0, SHOWN).map((one) => alarmItem(room, one, seen))}
      ${all.length > SHOWN ? html`<li>+ ${text.number(all.length - SHOWN)}</li>` : nothing}
    </ul>
    ${open > 1 ? html`<button class="quiet small" id="all-seen" @click=${() => seen()}>${text.say("all_seen")}</button>` : nothing}
  </section>`;
}

function alarmItem(room: Room, one: Raised, seen: (which: Found) => void) {
  const { centre, choice, text, now } = room;
  const words = text.alarm(one, centre, now);
  if (!words) return nothing;
  return html`<li class=${one.seen ? "was-seen" : ""}>
    ${
      "queue" in one
        ? html`<button class="plain" @click=${() => room.set({ search: { ...choice.search, queue: one.queue } })}>
            ${words}
          </button>`
        : html`<span>${words}</span>`
    }
    ${
      one.seen
        ? html`<small>${text.say("was_seen")}</small>`
        : html`<button class="quiet small" @click=${() => seen(one)}>${text.say("seen")}</button>`
    }
  </li>`;
}
