// The two windows over the desk: the devices, checked before the first "ready", and the list of shortcuts.

import { html, nothing } from "lit";
import { say } from "../../words/words.ts";
import { SHORTCUTS } from "../keys.ts";
import type { Room } from "../room.ts";

export function panel(room: Room) {
  if (!room.page.panel) return nothing;
  const inner = room.page.panel === "devices" ? devices(room) : shortcuts(room);
  const cancel = (event: Event) => {
    event.preventDefault();
    room.does.closePanel();
  };
  return html`<dialog id="panel" aria-labelledby="panel-title" @cancel=${cancel}>${inner}</dialog>`;
}

function shortcuts({ words, does }: Room) {
  return html`<h2 id="panel-title">${say(words, "shortcuts")}</h2>
    <dl class="shortcuts">
      ${SHORTCUTS.map(
        ({ key, text }) =>
          html`<div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${say(words, text)}</dd>
          </div>`,
      )}
    </dl>
    <div class="row">
      <button id="panel-close" autofocus @click=${does.closePanel}>${say(words, "close")}</button>
    </div>`;
}

function devices(room: Room) {
  const { desk, page, words, does } = room;
  const good = page.microphone === "granted" && page.heard;
  const trouble = page.microphone === "no_microphone" ? "mic_none" : "mic_refused";
  return html`<h2 id="panel-title">${say(words, "check_title")}</h2>
    <p class="soft">${say(words, "check_why")}</p>
    ${choice(room, "microphone", "audioinput")}
    ${
      page.microphone && page.microphone !== "granted"
        ? html`<p class="problem" role="alert">${say(words, trouble)}</p>`
        : html`<div class="level">
            <span id="level-label">${say(words, "level")}</span>
            <meter min="0" max="1" .value=${page.level} aria-labelledby="level-label"></meter>
            <span role="status" class=${page.heard ? "fine" : "soft"}
              >${say(words, page.heard ? "level_seen" : "level_none")}</span
            >
          </div>`
    }
    ${choice(room, "headset", "audiooutput")} ${choice(room, "loudspeaker", "audiooutput")}
    <label class="tick"
      ><input
        type="checkbox"
        id="notify"
        .checked=${page.settings.notify}
        @change=${(event: Event) => does.choose({ notify: (event.target as HTMLInputElement).checked })}
      />${say(words, "notify")}</label
    >
    ${
      desk.phone === "none"
        ? nothing
        : html`<p class="soft" id="round-trip">
            ${say(words, "round_trip")}:
            <strong
              >${desk.roundTripMs === null ? say(words, `phone_${desk.phone}`) : say(words, "round_trip_ms", { ms: desk.roundTripMs })}</strong
            >
          </p>`
    }
    <div class="row end">
      <button class="quiet" id="test-ring" @click=${does.testRing}>${say(words, "test_ring")}</button>
      <button class="quiet" id="panel-close" @click=${does.closePanel}>${say(words, "close")}</button>
      ${page.afterCheck ? html`<button id="checked" class="go" ?disabled=${!good || (desk.phone !== "ready" && desk.phone !== "none")} @click=${does.checked}>${say(words, `check_${page.afterCheck}`)}</button>` : nothing}
    </div>`;
}

function choice({ page, words, does }: Room, name: "microphone" | "headset" | "loudspeaker", kind: MediaDeviceKind) {
  const chosen = page.settings[name];
  const found = page.devices.filter(
    (device) => device.kind === kind && device.deviceId && device.deviceId !== "default",
  );
  const choose = (event: Event) => does.choose({ [name]: (event.target as HTMLSelectElement).value });
  return html`<label
    >${say(words, name)}
    <select id=${name} @change=${choose}>
      ${name === "loudspeaker" ? html`<option value="none" ?selected=${chosen === "none"}>${say(words, "none")}</option>` : nothing}
      <option value="" ?selected=${chosen === ""}>${say(words, "standard")}</option>
      ${found.map(({ deviceId, label }) => html`<option value=${deviceId} ?selected=${chosen === deviceId}>${label || deviceId.slice(0, 8)}</option>`)}
    </select></label
  >`;
}
