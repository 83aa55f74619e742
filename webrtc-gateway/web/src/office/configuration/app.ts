// <cordpair-configuration>: holds the draft for as long as the office is open, and lays the parts out.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { configurationEn, type ConfigurationKey } from "../../words/configuration-en.ts";
import { configurationWords } from "../../words/configuration-languages.ts";
import { say, type Words } from "../../words/words.ts";
import { ApiProblem, type Office } from "../page.ts";
import { setField } from "./editing.ts";
import { History } from "./history.ts";
import { BLANK_AGENT } from "./new-agent.ts";
import { bar } from "./parts/bar.ts";
import { entryForm, sectionForm } from "./parts/entry.ts";
import { historyView } from "./parts/history.ts";
import { newAgentForm } from "./parts/new-agent.ts";
import { problemList } from "./parts/problem-list.ts";
import { review } from "./parts/review.ts";
import { entries, sectionChoice, sectionsNav } from "./parts/sections.ts";
import { idOf, type Page, type Room } from "./room.ts";
import { Session } from "./session.ts";
import { hasEntries } from "./shape.ts";
import type { Path } from "./tables.ts";

const START = "agents";
const BLANK_PAGE: Page = {
  search: new Map(),
  shown: new Map(),
  renaming: "",
  asks: "",
  newAgent: BLANK_AGENT,
  link: null,
};

export class CordpairConfiguration extends LitElement {
  static override properties = {
    page: { state: true },
    words: { state: true },
    rest: { state: true },
  };

  declare private page: Page;
  declare private words: Words<ConfigurationKey>;
  declare private rest: readonly string[];

  private session: Session | null = null;
  private history: History | null = null;
  private office: Office | null = null;
  /** The field to go to as soon as it is there. */
  private leadTo: Path | null = null;
  private turned = false;

  constructor() {
    super();
    this.page = BLANK_PAGE;
    this.words = configurationEn;
    this.rest = [];
  }

  /** One page, one style sheet. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** The same draft wherever in the page one goes. */
  show(office: Office, rest: string): void {
    const parts = rest.split("/").filter(Boolean);
    this.turned ||= this.office !== null && parts.join("/") !== this.rest.join("/");
    this.office = office;
    this.rest = parts;
    if (!this.session) {
      this.session = new Session(office, () => this.requestUpdate());
      this.history = new History(this.session, () => this.requestUpdate());
      void configurationWords(office.language).then((words) => (this.words = words));
      void this.session.begin();
    }
    if (this.turned)
      this.page = {
        ...this.page,
        renaming: "",
        asks: "",
        link: parts[1] === this.page.link?.name ? this.page.link : null,
      };
    this.loadHistory();
    this.refresh();
  }

  /** Whoever comes back to the window sees what is in force by now. */
  private readonly refresh = (): void => void this.session?.refresh().catch(() => undefined);

  private loadHistory(): void {
    const [place, id] = this.rest;
    const { history } = this;
    if (place !== "history" || !history) return;
    this.attempt(async () => {
      await history.load();
      if (id) await history.show(Number(id), 0);
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("pagehide", this.leave);
    addEventListener("focus", this.refresh);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("pagehide", this.leave);
    removeEventListener("focus", this.refresh);
    void this.session?.flush();
  }

  private readonly leave = (): void => this.session?.leave();

  override render(): TemplateResult {
    const { session, history } = this;
    if (!session || !history || session.state.phase === "loading")
      return html`<p class="none" role="status">${say(this.words, "loading")}</p>`;
    if (session.state.phase === "failed")
      return html`<p class="note bad" role="alert">${say(this.words, "failed")} ${session.state.failure}</p>`;
    const [place = START, ...names] = this.rest;
    const name = names.join("/");
    const room = this.room(session, place);
    return html`${bar(room, place, { export: () => this.export(), import: (file) => this.import(file) })}
      <div class="configuration ${this.rest.length > 1 || !this.isList(session, place) ? "detail" : ""}">
        ${sectionsNav(room, place)} ${sectionChoice(room, place)} ${this.content(room, history, place, name)}
      </div>`;
  }

  private isList(session: Session, place: string): boolean {
    return place === "history" || hasEntries(session.state.shape.find((each) => each.name === place));
  }

  private content(room: Room, history: History, place: string, name: string): TemplateResult {
    if (place === "history") return html`${this.back(room, place, name)}${historyView(room, history, name)}`;
    if (place === "review" && room.session.mayEdit) return review(room);
    if (place === "problems" && room.session.mayEdit) return problemList(room);
    if (place === "new-agent" && room.session.mayEdit) return newAgentForm(room);
    const section = room.state.shape.find((each) => each.name === place);
    if (!section) return html`<p class="none">${room.t("no_such_entry", { name: place })}</p>`;
    if (!hasEntries(section)) return sectionForm(room, section);
    return html`${this.back(room, place, name)}${entries(room, section, name)}
    ${name ? entryForm(room, section, name) : html`<section class="entry empty"><p class="none">${room.t("choose_entry")}</p></section>`}`;
  }

  /** In a narrow window the list makes room for the form; this leads back. */
  private back(room: Room, place: string, name: string): TemplateResult | typeof nothing {
    if (!name) return nothing;
    return html`<button class="quiet small back" type="button" @click=${() => room.go(place)}>
      ← ${room.t("back")}
    </button>`;
  }

  protected override updated(): void {
    const dialog = this.querySelector<HTMLDialogElement>("dialog.ask");
    if (dialog && !dialog.open) dialog.showModal();
    if (!this.turned || !this.querySelector("#entry-title")) return;
    this.turned = false;
    setTimeout(() => this.arrive()); // after the office has turned to the page as a whole
  }

  /** Where a new form begins, or the field that was asked for, is where the keyboard and a screen reader go on. */
  private arrive(): void {
    this.querySelector('.entries [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
    const field = this.leadTo ? this.nearest(this.leadTo) : null;
    this.leadTo = null;
    const target = field ?? this.querySelector<HTMLElement>("#entry-title");
    target?.focus({ preventScroll: true });
    if (!field) return;
    field.scrollIntoView({ block: "center" });
    field.classList.add("led");
    field.addEventListener("blur", () => field.classList.remove("led"), { once: true });
  }

  /** The field itself, or what holds it. */
  private nearest(path: Path): HTMLElement | null {
    for (let length = path.length; length > 0; length--) {
      const found = document.getElementById(idOf(path.slice(0, length)));
      if (found) return found;
    }
    return null;
  }

  // ---------------------------------------------------------------- what is done

  private room(session: Session, place: string): Room {
    const section = session.state.shape.find((each) => each.name === place);
    return {
      session,
      state: session.state,
      page: this.page,
      language: this.office?.language ?? "en",
      readOnly: !session.mayEdit || section?.needsRestart === true,
      t: (key, values) => say(this.words, key, values),
      set: (change) => (this.page = { ...this.page, ...change }),
      edit: (config) => session.edit(config),
      put: (path, value) => session.edit(setField(session.state.shape, session.state.config, path, value)),
      go: (...parts) => this.go(parts),
      lead: (path) => this.lead(path),
      say: (kind, text) => this.office?.say(kind, text),
      attempt: (doing) => this.attempt(doing),
    };
  }

  private go(parts: readonly string[]): void {
    this.office?.go(["configuration", ...parts].join("/"));
  }

  private lead(path: Path): void {
    const [section, entry] = path;
    const held = hasEntries(this.session?.state.shape.find(({ name }) => name === section));
    const to = [String(section), ...(held && entry !== undefined ? [String(entry)] : [])];
    this.leadTo = path;
    if (to.join("/") !== this.rest.join("/")) return this.go(to);
    this.turned = true; // it is open already
    this.requestUpdate();
  }

  private attempt(doing: () => Promise<void>): void {
    doing().catch((problem: unknown) => {
      const said = problem instanceof ApiProblem && problem.message ? problem.message : say(this.words, "went_wrong");
      this.office?.say("bad", said);
    });
  }

  private export(): void {
    this.attempt(async () => {
      const text = (await this.session?.calls.export()) ?? "";
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
      link.download = `cordpair-${this.session?.state.inForce.revision ?? 0}.toml`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  private import(file: File): void {
    this.attempt(async () => {
      const read = await this.session?.calls.import(await file.text());
      if (!read) return;
      if (!read.config.size) return this.office?.say("bad", read.problems[0]?.message ?? say(this.words, "went_wrong"));
      this.session?.replace(read.config);
      this.office?.say("good", say(this.words, "imported"));
      this.go(["review"]);
    });
  }
}
