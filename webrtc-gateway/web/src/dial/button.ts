// <cordpair-dial>: a small button beside a number. It lives in a closed root, brings its own style without any markup
// in text (the page may demand Trusted Types), and starts a call only for a press by a person.

import { direction, say, type Words } from "../words/words.ts";
import type { DialKey } from "../words/dial-en.ts";
import { type Asker, type Call, Refused } from "./asking.ts";

const FOLLOWED_MS = 120_000;
const SHOWN_MS = 8_000; // of how it ended
const SVG = "http://www.w3.org/2000/svg";
const HANDSET =
  "M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.2 11 11 0 0 0 3.6.6 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1 11 11 0 0 0 .6 3.6 1 1 0 0 1-.3 1z";

const STYLE = `
  :host { all: initial; display: inline-flex; align-items: center; gap: 0.35em; margin-inline-start: 0.3em;
    vertical-align: baseline; font: inherit; color: inherit; }
  button { all: unset; display: inline-flex; box-sizing: border-box; inline-size: 1.6em; block-size: 1.6em;
    min-inline-size: 24px; min-block-size: 24px; align-items: center; justify-content: center; border-radius: 50%;
    cursor: pointer; color: #fff; background: #0b6b3a; }
  button:hover { background: #07522c; }
  button:focus-visible { outline: 2px solid #0b6b3a; outline-offset: 2px; }
  button[disabled] { cursor: progress; background: #5b6770; }
  svg { inline-size: 60%; block-size: 60%; fill: currentColor; }
  span { font-size: 0.85em; }
`;

let style: CSSStyleSheet | null = null;

export interface Setting {
  readonly asker: Asker;
  readonly words: Words<DialKey>;
  readonly language: string;
}

export class DialButton extends HTMLElement {
  #button = document.createElement("button");
  #status = document.createElement("span");
  #number = "";
  #setting: Setting | null = null;
  #clearing = 0;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "closed" });
    if (!style) {
      style = new CSSStyleSheet();
      style.replaceSync(STYLE);
    }
    root.adoptedStyleSheets = [style];
    this.#button.type = "button";
    this.#button.append(icon());
    this.#status.setAttribute("role", "status");
    root.append(this.#button, this.#status);
    this.#button.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation(); // the row around it may open something
      if (event.isTrusted) void this.#call();
    });
  }

  begin(number: string, setting: Setting): void {
    this.#number = number;
    this.#setting = setting;
    const label = say(setting.words, "call", { number });
    this.#button.setAttribute("aria-label", label);
    this.#button.title = label;
    this.lang = setting.language;
    this.dir = direction(setting.language);
  }

  async #call(): Promise<void> {
    const setting = this.#setting;
    if (!setting || this.#button.disabled) return;
    this.#button.disabled = true;
    this.#say("asking");
    try {
      this.#end(await this.#follow(setting.asker));
    } catch (error) {
      this.#failed(error);
    }
    this.#button.disabled = false;
  }

  async #follow(asker: Asker): Promise<Call> {
    const until = Date.now() + FOLLOWED_MS;
    let call = await asker.place(this.#number);
    while (call.state.startsWith("ringing") && Date.now() < until && this.isConnected) {
      this.#say(call.state === "ringing_customer" ? "ringing_customer" : "ringing_agent");
      call = await asker.look(call.id);
    }
    return call;
  }

  #end(call: Call): void {
    if (call.state === "connected") this.#say("connected");
    else this.#say(outcome(call));
    this.#clearLater();
  }

  #failed(error: unknown): void {
    const status = error instanceof Refused ? error.status : 0;
    this.#say(status === 429 ? "too_many" : status >= 400 && status < 500 ? "refused" : "failed");
    if (error instanceof Refused && error.message) this.#status.title = error.message;
    this.#clearLater();
  }

  #say(key: DialKey): void {
    clearTimeout(this.#clearing);
    this.#status.removeAttribute("title");
    if (this.#setting) this.#status.textContent = say(this.#setting.words, key);
    this.dataset.state = key;
  }

  #clearLater(): void {
    this.#clearing = window.setTimeout(() => {
      this.#status.textContent = "";
      delete this.dataset.state;
    }, SHOWN_MS);
  }
}

function outcome(call: Call): DialKey {
  switch (call.customer_result) {
    case "answered":
      return "ended";
    case "busy":
    case "no_answer":
    case "cancelled":
    case "not_called":
      return call.customer_result;
    default:
      return "not_reached";
  }
}

function icon(): SVGElement {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", HANDSET);
  picture.append(path);
  return picture;
}
