// <cordpair-help>: the customer's button on any site.
//
//   <script type="module" src="https://gateway.example/web/help.js"></script>
//   <cordpair-help ticket-url="/help/ticket"></cordpair-help>

import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { Media } from "../protocol/session.ts";
import { type HelpKey, helpEn } from "../words/help-en.ts";
import { HELP_LANGUAGES, helpWords } from "../words/help-languages.ts";
import { pickLanguage, say, type Words } from "../words/words.ts";
import { card, type Press } from "./card.ts";
import { icon } from "./icons.ts";
import { play } from "../phone/play.ts";
import { claim, storedResume } from "./resume.ts";
import type { HelpSession } from "./session.ts";
import { styles } from "./styles.ts";
import { readTicket } from "./ticket.ts";
import { IDLE, type Input, isInCall, isLive, reduce, type View } from "./view.ts";
import { announcement } from "./wording.ts";

export class CordpairHelp extends LitElement {
  static override styles = styles;
  static override properties = {
    ticket: {},
    ticketUrl: { attribute: "ticket-url" },
    media: {},
    reason: {},
    page: {},
    locale: {},
    closed: { type: Boolean },
    noShare: { type: Boolean, attribute: "no-share" },
    texts: { attribute: false },
    view: { state: true },
    words: { state: true },
    minimised: { state: true },
    remote: { state: true },
    own: { state: true },
  };

  /** The ticket's reply, as an object or as JSON; without one, `ticket-url` is asked when the button is pressed. */
  declare ticket: unknown;
  declare ticketUrl: string;
  declare media: Media;
  declare reason: string;
  /** What the ticket says the page is; the path by itself, never the query. */
  declare page: string;
  declare locale: string;
  /** The portal knows that nobody is there: the button says so instead of being dead. */
  declare closed: boolean;
  declare noShare: boolean;
  /** Texts of the site's own, by key, over those of the language. */
  declare texts: Partial<Words<HelpKey>> | undefined;
  declare private view: View;
  declare private words: Words<HelpKey>;
  declare private minimised: boolean;
  declare private remote: MediaStream | null;
  declare private own: MediaStream | null;

  /** The language of what is shown. */
  private spoken = "en";
  private session: HelpSession | null = null;
  private readonly leaving = () => this.session?.suspend();

  constructor() {
    super();
    this.ticketUrl = this.reason = this.page = this.locale = "";
    this.media = "audio";
    this.closed = this.noShare = this.minimised = false;
    this.view = IDLE;
    this.words = helpEn;
    this.remote = this.own = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("pagehide", this.leaving);
    void this.resume();
  }

  private async resume(): Promise<void> {
    const stored = storedResume(Date.now());
    if (stored && !this.session && (await claim(stored.contact)) && this.view.phase === "idle") {
      this.happened({ on: "resume", media: stored.media, talking: stored.talking === true });
      void this.open(stored.media).then((session) => session?.resume(stored));
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("pagehide", this.leaving);
    this.session?.suspend();
    this.session = null;
  }

  private get language(): string {
    return this.locale || this.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang || "en";
  }

  override willUpdate(changed: PropertyValues): void {
    if (!this.hasUpdated || changed.has("locale") || changed.has("texts")) {
      const language = pickLanguage([this.language, ...navigator.languages], HELP_LANGUAGES);
      this.spoken = this.texts ? this.language : language; // a page in Hebrew with our English words: those are English
      void helpWords(language).then((words) => {
        this.words = { ...words, ...this.texts };
      });
    }
  }

  override render() {
    const { view, words } = this;
    const open = view.phase !== "idle" && !this.minimised;
    const key = this.closed ? "button_closed" : view.phase === "idle" ? "button" : open ? "title" : "restore";
    const label = say(words, key);
    return html`<button
        id="help"
        part="button"
        lang=${this.spoken}
        aria-haspopup="dialog"
        aria-expanded=${open ? "true" : "false"}
        ?disabled=${this.closed}
        @click=${this.pressed}
      >
        ${icon("headset")}<slot name="label">${label}</slot>
      </button>
      ${
        open
          ? card({
              view,
              words,
              language: this.spoken,
              canShare: !this.noShare,
              press: (what) => this.press(what),
            })
          : nothing
      }
      <div class="heard" lang=${this.spoken} role="status" aria-live="polite">${announcement(view, words)}</div>
      <audio autoplay @playing=${() => this.happened({ on: "silent", silent: false })}></audio>`;
  }

  override updated(changed: PropertyValues): void {
    play(this.renderRoot, this.remote, this.own);
    if (changed.has("remote") && this.remote) void this.hear();
    const shown = this.renderRoot.querySelector<HTMLElement>(".card");
    const before = changed.get("view") as View | undefined;
    if (shown && (before?.phase === "idle" || changed.get("minimised"))) shown.focus();
    else if (before && before.phase !== "idle" && this.view.phase === "idle") this.focusOn("#help");
    else if (shown && before && this.lostFocus()) shown.focus(); // the button that had it is gone
  }

  private lostFocus(): boolean {
    return !this.shadowRoot?.activeElement && document.activeElement === document.body && this.hadFocus;
  }

  private get hadFocus(): boolean {
    return this.pressedAt > 0 && performance.now() - this.pressedAt < 1000;
  }

  private pressedAt = 0;

  private focusOn(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  private readonly pressed = () => {
    if (this.view.phase === "idle") this.start();
    else this.minimised = !this.minimised;
  };

  private start(): void {
    this.minimised = false;
    this.session?.end();
    this.happened({ on: "press", media: this.media });
    const page = this.page || location.pathname;
    const question = { page, media: this.media, locale: this.language, reason: this.reason };
    const ticket = readTicket(this.ticket);
    this.ticket = undefined; // a ticket works once
    void this.open(this.media).then((session) => session?.start(ticket, this.ticketUrl, question));
  }

  /** The session's code comes when it is wanted; until then the page has paid for a button. */
  private async open(media: Media): Promise<HelpSession | null> {
    const started = this.view;
    const { HelpSession } = await import("./session.ts").catch(() => ({ HelpSession: null }));
    if (!HelpSession) this.happened({ on: "no_ticket", closed: false });
    if (!HelpSession || this.view !== started || !this.isConnected) return null; // left meanwhile
    this.session = new HelpSession(media, {
      happened: (input) => this.happened(input),
      remote: (stream) => {
        this.remote = stream;
      },
      own: (stream) => {
        this.own = stream;
      },
    });
    return this.session;
  }

  private happened(input: Input): void {
    const before = this.view;
    this.view = reduce(before, input);
    if (isInCall(this.view) && !isInCall(before)) this.minimised = false;
    if (this.view.phase !== before.phase) {
      const detail = { phase: this.view.phase };
      this.dispatchEvent(new CustomEvent("cordpair-phase", { detail, bubbles: true, composed: true }));
    }
  }

  private press(what: Press): void {
    this.pressedAt = performance.now();
    const { session } = this;
    if (what === "minimise") this.minimised = true;
    else if (what === "retry") this.start();
    else if (what === "close") {
      session?.end(); // it may still be asking for the microphone
      this.happened({ on: "close" });
    } else if (what === "hear") void this.hear();
    else if (what === "mute" || what === "camera") {
      this.happened({ on: what });
      if (what === "mute") session?.mute(this.view.muted);
      else session?.camera(this.view.camera);
    } else if (what === "leave" || what === "hang_up") {
      session?.leave();
      this.happened({ on: "hang_up" });
    } else if (what === "share_yes") {
      this.happened({ on: "share", share: "off" });
      session?.consent();
    } else if (what === "share_offer") this.happened({ on: "share", share: "offered" });
    else {
      if (what === "share_stop" || this.view.share === "asked") session?.revoke(); // who asked is told
      this.happened({ on: "share", share: "off" });
    }
  }

  /** A browser may refuse to play before it was pressed, as after a reload: then there is a button for it. */
  private async hear(): Promise<void> {
    const audio = this.renderRoot.querySelector("audio");
    try {
      await audio?.play();
      this.happened({ on: "silent", silent: false });
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError" && isLive(this.view))
        this.happened({ on: "silent", silent: true });
    }
  }
}
