// The window of the button, as templates: view in, markup out, what was pressed by name.

import { html, nothing, type TemplateResult } from "lit";
import type { HelpKey } from "../words/help-en.ts";
import { direction, say, type Words } from "../words/words.ts";
import { icon } from "./icons.ts";
import { isBroken, isInCall, isLive, type View } from "./view.ts";
import { agentName, wording } from "./wording.ts";

export type Press =
  | "minimise"
  | "close"
  | "retry"
  | "leave"
  | "hang_up"
  | "mute"
  | "camera"
  | "hear"
  | "share_offer"
  | "share_yes"
  | "share_no"
  | "share_stop";

export interface CardOptions {
  readonly view: View;
  readonly words: Words<HelpKey>;
  readonly language: string;
  readonly canShare: boolean;
  readonly press: (what: Press) => void;
}

export function card(options: CardOptions): TemplateResult {
  const { view, words, press, language } = options;
  const way = direction(language);
  const { title, detail } = wording(view, words);
  const trouble = isBroken(view) || view.end === "failed" || (view.phase === "refused" && view.refusal !== "closed");
  return html`<section
    part="window"
    class="card ${way}"
    lang=${language}
    dir=${way}
    role="dialog"
    aria-labelledby="title"
    aria-describedby="detail"
    tabindex="-1"
    data-phase=${view.phase}
  >
    <div class="bar" part="bar">
      <span>${say(words, "title")}</span>
      ${
        isLive(view)
          ? html`<button
              class="icon"
              id="minimise"
              @click=${() => press("minimise")}
              aria-label=${say(words, "minimise")}
            >
              ${icon("smaller")}
            </button>`
          : html`<button class="icon" id="close" @click=${() => press("close")} aria-label=${say(words, "close")}>
              ${icon("cross")}
            </button>`
      }
    </div>
    <div class="body ${trouble ? "trouble" : ""}">
      ${picture(options)}
      <div>
        <h2 id="title" part="title">${title}</h2>
        <p id="detail" part="detail">${detail}</p>
      </div>
      ${view.phase === "waiting" ? waiting(options) : nothing} ${moving(view)} ${shareBox(options)} ${controls(options)}
    </div>
  </section>`;
}

function moving(view: View) {
  const busy = ["asking", "joining", "waiting", "calling", "ringing"].includes(view.phase) || isBroken(view);
  return busy ? html`<div class="dots" aria-hidden="true"><i></i><i></i><i></i></div>` : nothing;
}

function waiting({ words }: CardOptions) {
  return html`<slot name="waiting"></slot>
    <p class="stay">${say(words, "wait_stay")}</p>`;
}

function picture({ view }: CardOptions) {
  if (view.media !== "video" || !isInCall(view)) return nothing;
  return html`<div class="picture" part="picture">
    <video autoplay playsinline muted></video>
    ${view.camera ? html`<video class="own" autoplay playsinline muted></video>` : nothing}
  </div>`;
}

function shareBox({ view, words, press }: CardOptions) {
  const agent = agentName(view, words);
  if (view.share === "on") {
    return html`<div class="on-air" part="sharing">
      <span>${say(words, "sharing", { agent })}</span>
      <button id="share-stop" @click=${() => press("share_stop")}>${say(words, "share_stop")}</button>
    </div>`;
  }
  if (view.share !== "asked" && view.share !== "offered") return nothing;
  const title = view.share === "asked" ? say(words, "share_asked", { agent }) : say(words, "share_title");
  return html`<div class="ask" part="consent" role="group" aria-labelledby="ask">
    <strong id="ask">${title}</strong>
    <p>${say(words, "share_what")}</p>
    <div class="row">
      <button id="share-yes" @click=${() => press("share_yes")}>${say(words, "share_yes")}</button>
      <button id="share-no" class="quiet" @click=${() => press("share_no")}>${say(words, "share_no")}</button>
    </div>
  </div>`;
}

function controls(options: CardOptions) {
  const { view, words, press } = options;
  if (view.phase === "refused" || view.phase === "ended") {
    const again = view.phase === "refused" || view.end === "failed" || view.end === "timed_out";
    return html`<div class="row">
      ${again && view.refusal !== "closed" ? html`<button id="retry" @click=${() => press("retry")}>${say(words, "retry")}</button>` : nothing}
      <button id="done" class="quiet" @click=${() => press("close")}>${say(words, "close")}</button>
    </div>`;
  }
  if (view.phase === "asking") return nothing; // nobody waits yet: there is the cross
  if (!isInCall(view)) {
    return html`<div>
      <button id="leave" class="link" @click=${() => press("leave")}>${say(words, "leave")}</button>
    </div>`;
  }
  const talking = view.phase === "talking" || view.phase === "held";
  return html`${view.silent ? html`<button id="hear" @click=${() => press("hear")}>${say(words, "hear", { agent: agentName(view, words) })}</button>` : nothing}
    <div class="row" part="controls">
      ${talking ? toggle("mute", view.muted, say(words, view.muted ? "unmute" : "mute"), "microphone", press) : nothing}
      ${talking && view.media === "video" ? toggle("camera", !view.camera, say(words, view.camera ? "camera_off" : "camera_on"), "camera", press) : nothing}
      ${
        talking && options.canShare && view.canShare && view.share === "off"
          ? html`<button id="share" class="quiet" @click=${() => press("share_offer")}>
              ${icon("page")}${say(words, "share")}
            </button>`
          : nothing
      }
      <button id="hang-up" class="danger" @click=${() => press("hang_up")}>
        ${icon("phone")}${say(words, "hang_up")}
      </button>
    </div>`;
}

function toggle(
  what: "mute" | "camera",
  on: boolean,
  label: string,
  drawing: "microphone" | "camera",
  press: CardOptions["press"],
) {
  return html`<button id=${what} class="quiet" aria-pressed=${on ? "true" : "false"} @click=${() => press(what)}>
    ${icon(drawing)}${label}
  </button>`;
}
