// Hold, mute, digits, transfer, hang up. Hold and hang-up go to the gateway: the engine moves the call, not the phone.

import { html, nothing } from "lit";
import type { Contact } from "../../protocol/desk.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";
import { isTalking } from "../state.ts";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Both pictures of a video call; the sound is the page's own. */
export function picture(contact: Contact, { desk, words }: Room) {
  if (contact.medium !== "video" || desk.call !== "up") return nothing;
  return html`<div class="picture" role="group" aria-label=${say(words, "picture")}>
    <video autoplay playsinline muted></video>
    ${desk.camera ? html`<video class="own" autoplay playsinline muted></video>` : nothing}
  </div>`;
}

export function callControls(contact: Contact, room: Room) {
  const { desk, page, words, send, set, does } = room;
  if (!isTalking(contact) && contact.phase !== "calling") return nothing;
  const held = contact.phase === "held";
  const down = desk.link !== "up"; // what is pressed now would reach nobody
  const tool = (name: "keypad" | "transfer") => set({ tool: page.tool === name ? "" : name });
  return html`<div class="row controls" role="toolbar" aria-label=${say(words, "state_talking")}>
      <button
        id="hold"
        class="quiet"
        aria-pressed=${held}
        ?disabled=${down}
        @click=${() => send({ type: "hold", contact: contact.id, on: !held })}
      >
        ${say(words, held ? "resume" : "hold")}
      </button>
      <button id="mute" class="quiet" aria-pressed=${desk.muted} @click=${does.mute}>
        ${say(words, desk.muted ? "unmute" : "mute")}
      </button>
      ${
        contact.medium === "video"
          ? html`<button id="camera" class="quiet" aria-pressed=${!desk.camera} @click=${does.camera}>
              ${say(words, desk.camera ? "camera_off" : "camera_on")}
            </button>`
          : nothing
      }
      <button
        id="keypad"
        class="quiet"
        ?disabled=${down}
        aria-expanded=${page.tool === "keypad"}
        @click=${() => tool("keypad")}
      >
        ${say(words, "keypad")}
      </button>
      <button
        id="transfer"
        class="quiet"
        ?disabled=${down}
        aria-expanded=${page.tool === "transfer"}
        @click=${() => tool("transfer")}
      >
        ${say(words, "transfer")}
      </button>
      <button
        id="hang-up"
        class="danger"
        ?disabled=${down}
        @click=${() => send({ type: "hang_up", contact: contact.id })}
      >
        ${say(words, "hang_up")}
      </button>
    </div>
    ${page.tool === "keypad" ? keypad(contact, room) : nothing}
    ${page.tool === "transfer" ? transfer(contact, room) : nothing}`;
}

function keypad(contact: Contact, { page, words, send, set }: Room) {
  const press = (digits: string) => {
    set({ digits: page.digits + digits });
    send({ type: "digits", contact: contact.id, digits });
  };
  return html`<div class="tool" role="group" aria-label=${say(words, "keypad")}>
    <output aria-label=${say(words, "digits")}>${page.digits || " "}</output>
    <div class="keys">
      ${DIGITS.map((digit) => html`<button class="quiet" @click=${() => press(digit)}>${digit}</button>`)}
    </div>
  </div>`;
}

function transfer(contact: Contact, { desk, words, send, set }: Room) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const [kind, name] = (new FormData(event.target as HTMLFormElement).get("target") as string).split(/:(.*)/s);
    if (!name) return;
    if (kind === "queue") send({ type: "transfer", contact: contact.id, queue: name });
    else send({ type: "transfer", contact: contact.id, agent: name });
    set({ tool: "" });
  };
  const own = new Set(desk.queues.map(({ name }) => name));
  const strange = desk.transferTo.filter((name) => !own.has(name));
  const others = desk.agents.filter(({ agent }) => agent !== desk.agent);
  return html`<form class="tool inline" @submit=${submit}>
    <label
      >${say(words, "transfer_to")}
      <select name="target" required>
        <option value="">${say(words, "choose")}</option>
        <optgroup label=${say(words, "queues")}>
          ${desk.queues.map(({ name, waiting }) => html`<option value="queue:${name}">${name} (${say(words, "waiting", { count: waiting })})</option>`)}
          ${strange.map((name) => html`<option value="queue:${name}">${name}</option>`)}
        </optgroup>
        ${
          others.length
            ? html`<optgroup label=${say(words, "agents")}>
                ${others.map(({ agent, name, state }) => html`<option value="agent:${agent}">${name} (${state.replace("_", " ")})</option>`)}
              </optgroup>`
            : nothing
        }
      </select></label
    >
    <button type="submit">${say(words, "transfer")}</button>
  </form>`;
}
