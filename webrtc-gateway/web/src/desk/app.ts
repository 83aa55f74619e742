// <cordpair-desk>: the agent's page. Holds the state, does what is pressed, and lays the parts out.

import { html, LitElement, nothing, type PropertyValues } from "lit";
import type { Contact, ToDesk } from "../protocol/desk.ts";
import { deskEn } from "../words/desk-en.ts";
import { DESK_LANGUAGES, deskWords } from "../words/desk-languages.ts";
import { play } from "../phone/play.ts";
import { signInForm } from "../signing-in/form.ts";
import { pickLanguage, say } from "../words/words.ts";
import { Connection } from "./connection.ts";
import { Devices } from "./devices.ts";
import { Drafts } from "./drafts.ts";
import { type Action, actionOf } from "./keys.ts";
import { work } from "./parts/work.ts";
import { customerName } from "./parts/facts.ts";
import { offerCard } from "./parts/offer.ts";
import { panel } from "./parts/panels.ts";
import { side } from "./parts/side.ts";
import { elsewhere } from "./parts/elsewhere.ts";
import { topBar } from "./parts/top-bar.ts";
import { popsOf } from "./pop.ts";
import { Ring } from "./ring.ts";
import type { Page, Room } from "./room.ts";
import { STANDARD, type Settings, storedSettings, storeSettings } from "./settings.ts";
import {
  answersByItself,
  current,
  type Desk,
  EMPTY,
  type Input,
  isAway,
  isTalking,
  missingCall,
  phoneIsComingBack,
  reduce,
  rings,
  wantsVideo,
} from "./state.ts";

const BLANK: Page = {
  panel: "",
  tool: "",
  afterCheck: "",
  number: "",
  notes: "",
  disposition: "",
  digits: "",
  embedded: "",
  sharedPage: "",
  level: 0,
  heard: false,
  microphone: "",
  devices: [],
  settings: STANDARD,
};

export class CordpairDesk extends LitElement {
  static override properties = {
    desk: { state: true },
    page: { state: true },
    words: { state: true },
    now: { state: true },
    remote: { state: true },
    own: { state: true },
  };

  declare private desk: Desk;
  declare private page: Page;
  declare private words: Room["words"];
  declare private now: number;
  declare private remote: MediaStream | null;
  declare private own: MediaStream | null;

  private readonly language = pickLanguage(navigator.languages, DESK_LANGUAGES);
  private readonly ring = new Ring();
  private readonly drafts = new Drafts((message) => this.send(message));
  private readonly devices = new Devices((change) => this.set(change));
  private readonly connection = new Connection({
    happened: (input) => this.happened(input),
    remote: (stream) => {
      this.remote = stream;
    },
    own: (stream) => {
      this.own = stream;
    },
    media: () => (wantsVideo(this.desk) ? "video" : "audio"),
    answersByItself: () => answersByItself(this.desk),
    microphoneId: () => this.page.settings.microphone,
  });

  constructor() {
    super();
    this.desk = EMPTY;
    this.page = { ...BLANK, settings: storedSettings() };
    this.words = deskEn;
    this.now = Date.now();
    this.remote = this.own = null;
  }

  /** One page, one style sheet: the desk needs no walls inside. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.lang = this.language;
    void deskWords(this.language).then((words) => (this.words = words));
    setInterval(() => (this.now = Date.now() + this.desk.skewMs), 500);
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("message", (event: MessageEvent<unknown>) => this.fromFrame(event));
    addEventListener("pagehide", () => this.drafts.flush());
    void this.connection.begin();
  }

  override render() {
    const { desk, words } = this;
    if (desk.link === "checking") return html`<main class="gate"><p>${say(words, "connecting")}</p></main>`;
    const room = this.room();
    if (desk.link === "signed_out") return this.gate();
    if (desk.link === "elsewhere") return html`${elsewhere(room)}${this.sound()}`;
    const contact = current(desk);
    return html`${topBar(room)}
      <div class="notices" role="status" aria-live="polite">
        ${desk.link === "up" ? nothing : html`<p class="notice bad">${say(words, desk.link === "lost" ? "link_lost" : "connecting")}</p>`}
        ${desk.link === "up" && phoneIsComingBack(desk) ? html`<p class="notice bad">${say(words, "phone_back")}</p>` : nothing}
        ${desk.notice ? html`<p class="notice">${desk.notice.text || say(words, desk.notice.key, { code: desk.notice.code })} <button class="quiet small" @click=${() => this.happened({ on: "read" })}>${say(words, "close")}</button></p>` : nothing}
      </div>
      <div class="desk">
        <main>${offerCard(room)} ${contact ? work(contact, room) : this.empty()}</main>
        ${side(room)}
      </div>
      ${panel(room)}${this.sound()}`;
  }

  private gate() {
    const { desk, words } = this;
    return signInForm({ words, error: desk.signInError, house: desk.house, submit: this.does.signIn });
  }

  private sound() {
    return html`<audio id="remote" autoplay></audio>`;
  }

  private empty() {
    if (this.desk.offer) return nothing;
    return html`<p class="empty">
      ${say(this.words, this.desk.state === "ready" ? "empty_ready" : "empty_not_ready")}
    </p>`;
  }

  override updated(changed: PropertyValues): void {
    play(this, this.remote, this.own);
    const dialog = this.querySelector<HTMLDialogElement>("dialog#panel");
    if (dialog && !dialog.open) dialog.showModal();
    if (changed.has("remote")) {
      const audio = this.querySelector<HTMLAudioElement>("audio#remote");
      if (audio && this.page.settings.headset && "setSinkId" in audio)
        void audio.setSinkId(this.page.settings.headset).catch(() => undefined);
    }
    const before = changed.get("desk") as Desk | undefined;
    if (before && !before.offer && this.desk.offer && this.desk.offer.offer !== this.desk.accepted && !this.isWriting())
      this.querySelector<HTMLElement>("#accept")?.focus();
    document.title = this.desk.offer ? `☎ ${customerName(this.desk.offer.contact)}` : "Cordpair";
  }

  private isWriting(): boolean {
    return ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement?.tagName ?? "");
  }

  private send(message: ToDesk): void {
    this.connection.send(message);
  }

  private set(change: Partial<Page>): void {
    this.page = { ...this.page, ...change };
  }

  private happened(input: Input): void {
    const before = this.desk;
    this.desk = reduce(before, input);
    this.now = Date.now() + this.desk.skewMs;
    if (this.desk === before) return;
    if (input.on === "message" && input.message.type === "error" && input.message.code === "preflight") {
      // it was checked before another sign-in, or never
      void this.devices.open(this.page.settings, input.message.about === "call" ? "call" : "ready");
    }
    if (this.desk.offer?.contact.rings && !before.offer) this.set({ number: "" });
    const missing = missingCall(this.desk, input);
    if (missing) this.send({ type: "ring_again", contact: missing.id });
    const was = current(before)?.id;
    const is = current(this.desk);
    if (was !== is?.id) this.turnTo(is);
    else if (is && !isTalking(is)) this.set({ tool: "" });
    if (this.desk.call === "up" && !this.desk.offer && !isTalking(is)) this.connection.callIsOver();
    if (this.desk.call === "ringing" && answersByItself(this.desk)) this.connection.answer(); // it rang before it was said
    if (rings(this.desk)) this.ring.start(this.page.settings, this.ringText());
    else this.ring.stop();
  }

  private ringText(): string {
    const contact = this.desk.offer?.contact;
    if (!contact) return say(this.words, "state_offered");
    return say(this.words, "ring_notice", { customer: customerName(contact), reason: contact.reason ?? contact.queue });
  }

  /** Another contact is on the desk: its draft, and no page of the last one. */
  private turnTo(contact: Contact | null): void {
    this.drafts.flush();
    const { notes, disposition } = this.drafts.of(contact);
    const embedded = contact ? (popsOf(contact).find(({ embed }) => embed)?.url ?? "") : "";
    this.set({ tool: "", digits: "", notes, disposition, embedded, sharedPage: "" });
  }

  private room(): Room {
    return {
      desk: this.desk,
      page: this.page,
      words: this.words,
      language: this.language,
      now: this.now,
      send: (message) => {
        this.drafts.flush(); // who gets the contact next finds all that was noted
        this.send(message);
      },
      set: (change) => this.set(change),
      does: this.does,
    };
  }

  private readonly does: Room["does"] = {
    signIn: (name, password) => void this.connection.signIn(name, password),
    comeHere: () => void this.connection.begin(),
    signOut: () => void this.connection.signOut(),
    ready: () => {
      if (this.desk.phone === "none" || this.devices.checked) this.send({ type: "ready" });
      else void this.devices.open(this.page.settings, "ready");
    },
    call: () => this.send({ type: "call", to: this.page.number.trim(), key: crypto.randomUUID() }),
    accept: () => {
      const { offer } = this.desk;
      if (offer) {
        this.send({ type: "accept", offer: offer.offer });
        this.happened({ on: "accepted", offer: offer.offer });
      }
      if (this.desk.call === "ringing") this.connection.answer();
    },
    reject: () => {
      if (this.desk.offer) this.send({ type: "reject", offer: this.desk.offer.offer });
    },
    mute: () => {
      this.happened({ on: "mute" });
      this.connection.mute(this.desk.muted);
    },
    camera: () => {
      this.happened({ on: "camera" });
      this.connection.camera(this.desk.camera);
    },
    write: (notes, disposition) => {
      this.set({ notes, disposition });
      const contact = current(this.desk);
      if (contact) this.drafts.write(contact.id, { notes, disposition });
    },
    done: () => {
      this.drafts.flush();
      this.send({ type: "wrap_up_done" });
    },
    devices: () => void this.devices.open(this.page.settings, ""),
    choose: (change: Partial<Settings>) => {
      const settings = { ...this.page.settings, ...change };
      storeSettings(settings);
      this.set({ settings });
      if (change.notify && "Notification" in globalThis) void Notification.requestPermission();
      if (change.microphone !== undefined) void this.devices.listen(settings.microphone);
    },
    testRing: () => {
      this.ring.start(this.page.settings, say(this.words, "test_ring"));
      setTimeout(() => !rings(this.desk) && this.ring.stop(), 2600);
    },
    checked: () => {
      const { afterCheck } = this.page;
      this.devices.pass();
      this.send({
        type: "preflight",
        microphone: true,
        level: this.devices.loudest,
        round_trip_ms: this.desk.roundTripMs,
      });
      if (afterCheck === "call") this.does.call();
      else this.send({ type: "ready" });
    },
    closePanel: () => this.devices.close(),
  };

  private key(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    const tag = target instanceof HTMLElement ? target.tagName : "";
    const { key, ctrlKey, altKey, metaKey } = event;
    const action =
      this.desk.link === "up" && !this.page.panel ? actionOf({ key, ctrlKey, altKey, metaKey, tag }) : null;
    if (!action) return;
    event.preventDefault();
    this.act(action);
  }

  private act(action: Action): void {
    const contact = current(this.desk);
    const does = this.does;
    if (action === "accept") does.accept();
    else if (action === "reject") does.reject();
    else if (action === "ready") {
      if (isAway(this.desk)) does.ready();
      else this.querySelector<HTMLElement>("#not-ready")?.focus();
    } else if (action === "call") this.querySelector<HTMLElement>("#call-number")?.focus();
    else if (action === "help") this.set({ panel: "shortcuts" });
    else if (action === "notes") this.querySelector<HTMLElement>("#notes")?.focus();
    else if (action === "done" && this.desk.state === "wrap_up") does.done();
    else if (contact && isTalking(contact)) {
      if (action === "hold") this.send({ type: "hold", contact: contact.id, on: contact.phase !== "held" });
      if (action === "mute") does.mute();
      if (action === "camera" && contact.medium === "video") does.camera();
      if (action === "hang_up") this.send({ type: "hang_up", contact: contact.id });
    }
  }

  private fromFrame({ origin, data }: MessageEvent<unknown>): void {
    const contact = current(this.desk);
    const message = data as { type?: unknown; x?: unknown; y?: unknown; href?: unknown } | null;
    if (origin !== location.origin || !contact) return;
    if (message?.type === "pointer" && typeof message.x === "number" && typeof message.y === "number")
      this.send({ type: "pointer", contact: contact.id, x: message.x, y: message.y });
    if (message?.type === "page" && typeof message.href === "string") this.set({ sharedPage: message.href });
  }
}
