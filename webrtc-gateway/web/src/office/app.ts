// <cordpair-office>: signs in, shows the navigation, and one page at a time.

import { html, LitElement, nothing } from "lit";
import { signInForm } from "../signing-in/form.ts";
import { type SignIn, type SignInError, signIn, signOut, type Who, whoComes } from "../signing-in/account.ts";
import { officeEn } from "../words/office-en.ts";
import { OFFICE_LANGUAGES, type OfficeWords, officeWords } from "../words/office-languages.ts";
import { pickLanguage, say } from "../words/words.ts";
import { HttpApi } from "./api.ts";
import type { Office } from "./page.ts";
import { type PageEntry, PAGES } from "./pages.ts";
import { toastList, topBar } from "./parts/top-bar.ts";
import { Presence } from "./presence.ts";
import { addressOf, HOME, PASSWORD, type Route, routeOf } from "./route.ts";
import { Stage } from "./stage.ts";
import { type Toast, Toasts } from "./toasts.ts";

type Link = "checking" | "signed_out" | "up" | "lost";
const SIGNED_OUT = 4401;

export class CordpairOffice extends LitElement {
  static override properties = {
    link: { state: true },
    who: { state: true },
    error: { state: true },
    house: { state: true },
    route: { state: true },
    toasts: { state: true },
    words: { state: true },
  };

  declare private link: Link;
  declare private who: Who | null;
  declare private error: SignInError;
  declare private house: string;
  declare private route: Route;
  declare private toasts: readonly Toast[];
  declare private words: OfficeWords;

  private readonly language = pickLanguage(navigator.languages, OFFICE_LANGUAGES);
  private readonly presence = new Presence((answer) => this.seen(answer));
  private readonly said = new Toasts((toasts) => (this.toasts = toasts));
  private readonly stage = new Stage(() => this.said.say("bad", say(this.words, "page_failed")));
  private readonly api = new HttpApi({ ended: () => this.signedOut("ended"), csrf: () => this.who?.csrf ?? "" });

  constructor() {
    super();
    this.link = "checking";
    this.who = null;
    this.error = this.house = "";
    this.route = routeOf(location.pathname);
    this.toasts = [];
    this.words = officeEn;
  }

  /** One page, one style sheet: the office needs no walls inside. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.lang = this.language;
    void officeWords(this.language).then((words) => (this.words = words));
    addEventListener("popstate", () => (this.route = routeOf(location.pathname)));
    if (this.route.page === PASSWORD) void this.setPassword();
    else void whoComes().then((answer) => this.enter(answer));
  }

  override render() {
    const { link, words, who } = this;
    if (this.route.page === PASSWORD) return html`<div id="password"></div>`;
    if (link === "checking") return html`<main class="gate"><p>${say(words, "connecting")}</p></main>`;
    if (!who) {
      const house = this.house && `${this.house}?to=${HOME}`;
      return signInForm({
        words,
        error: this.error,
        house,
        submit: (name, password) => void this.signIn(name, password),
      });
    }
    const pages = this.pages();
    const go = (path: string) => this.go(path);
    return html`${topBar({ words, who, pages, open: this.entry()?.path ?? "", go, signOut: () => void this.signOut() })}
      <div class="notices" role="status" aria-live="polite">
        ${link === "lost" ? html`<p class="notice bad">${say(words, "link_lost")}</p>` : nothing}
      </div>
      ${pages.length ? nothing : this.noPages(who)}
      <main id="page" tabindex="-1"></main>
      ${toastList(words, this.toasts, (id) => this.said.close(id))}`;
  }

  private noPages({ agent }: Who) {
    return html`<section class="empty">
      <p>${say(this.words, "no_pages")}</p>
      ${agent === null ? nothing : html`<p><a href="/desk">${say(this.words, "to_desk")}</a></p>`}
    </section>`;
  }

  override updated(): void {
    const entry = this.entry();
    const host = this.querySelector<HTMLElement>("main#page");
    if (!this.who || !host) this.stage.clear();
    else if (entry)
      void this.stage.show(host, entry, entry.path === this.route.page ? this.route.rest : "", this.office(this.who));
    const page = entry && this.who ? `${say(this.words, `page_${entry.path}` as keyof OfficeWords)} · ` : "";
    this.querySelector(".bar nav [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    document.title = `${page}Cordpair`;
  }

  // ---------------------------------------------------------------- who is there

  private enter(answer: SignIn): void {
    if ("who" in answer) {
      this.who = answer.who;
      this.link = "up";
      this.error = "";
      this.house = answer.who.oidc ?? "";
      this.presence.begin();
    } else {
      this.link = "signed_out";
      this.error = answer.error;
      this.house = answer.oidc ?? this.house;
    }
  }

  private seen(answer: SignIn): void {
    if ("who" in answer) {
      this.link = "up";
      if (JSON.stringify(answer.who) !== JSON.stringify(this.who)) this.who = answer.who; // another role, say
    } else if (answer.error === "") this.signedOut("ended");
    else this.link = "lost";
  }

  private signedOut(error: SignInError): void {
    this.presence.end();
    this.stage.clear();
    this.who = null;
    this.link = "signed_out";
    this.error = error;
  }

  private async signIn(name: string, password: string): Promise<void> {
    this.enter(await signIn(name, password));
  }

  private async signOut(): Promise<void> {
    const csrf = this.who?.csrf ?? "";
    this.signedOut("");
    await signOut(csrf);
  }

  /** Whoever has a link to a new password is nobody yet. */
  private async setPassword(): Promise<void> {
    const { mountPassword } = await import("./password.ts");
    await this.updateComplete;
    const host = this.querySelector<HTMLElement>("#password");
    if (host) mountPassword(host, await officeWords(this.language));
  }

  // ---------------------------------------------------------------- pages

  private pages(): readonly PageEntry[] {
    return PAGES.filter(({ roles }) => this.who && roles.includes(this.who.role));
  }

  /** The one that is asked for, if it is for this role; else the first. */
  private entry(): PageEntry | undefined {
    const pages = this.pages();
    return pages.find(({ path }) => path === this.route.page) ?? pages[0];
  }

  private go(path: string): void {
    const address = addressOf(path);
    if (address !== location.pathname) history.pushState(null, "", address);
    this.route = routeOf(address);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("main#page")?.focus());
  }

  private office(me: Who): Office {
    return {
      me,
      api: this.api,
      language: this.language,
      go: (path) => this.go(path),
      say: (kind, text) => this.said.say(kind, text),
      socket: (path) => this.socket(path),
    };
  }

  private socket(path: string): WebSocket {
    const url = new URL(path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url.href);
    socket.addEventListener("close", ({ code }) => {
      if (code === SIGNED_OUT) void this.presence.look(); // or another role: then it comes back with that
    });
    return socket;
  }
}
