// The wall-board: holds what the stream told and what the person chose, and draws both at a pace that can be read.

import { html, nothing, render } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { WallKey } from "../../words/wall-en.ts";
import type { Words } from "../../words/words.ts";
import { ApiProblem, type Office } from "../page.ts";
import { AlarmBook, type Found, found } from "./alarms.ts";
import { Centre } from "./centre.ts";
import { tick } from "./clocks.ts";
import { Link } from "./link.ts";
import { agentsInOrder, contactsInOrder, EVERYTHING, queuesInOrder } from "./lists.ts";
import { Paces } from "./paces.ts";
import { type Choice, type Room, Texts } from "./room.ts";
import { screenOf, TURN_MS } from "./screens.ts";
import { Sound } from "./sound.ts";
import { Trends } from "./trends.ts";
import { Wake } from "./wake.ts";
import type { Request } from "./parts/actions.ts";
import { agentHead, agentRow, agentStates } from "./parts/agents.ts";
import { alarmList, bar } from "./parts/bar.ts";
import { contactHead, contactRow, contactStages } from "./parts/contacts.ts";
import { details } from "./parts/details.ts";
import { queueHead, queueRow } from "./parts/queues.ts";
import { HIDE_MS, television } from "./parts/tv.ts";
import type { AgentRow, ContactRow, QueueRow, TrunkRow } from "./rows.ts";

const TV = "tv";
const TRUNKS_MS = 10_000;

export class Wall {
  readonly centre = new Centre();
  private readonly alarms = new AlarmBook();
  private readonly sound = new Sound();
  private readonly text: Texts;
  private readonly paces = new Paces(() => this.draw());
  private readonly isTv: boolean;
  private readonly wake: Wake | null;
  private readonly trendsAt = createRef<HTMLElement>();
  private trends: Trends | null = null;
  private choice: Choice = { search: EVERYTHING, open: null, asked: "" };
  private reasons: readonly string[] = [];
  private trunks: readonly TrunkRow[] = [];
  private trunksAsked = 0;
  private busy = false;
  /** When the last word came, if no more do; 0: they come; -1: none ever came. */
  private staleSince = -1;
  private heard = 0;
  private signedOut = false;
  private readonly began = Date.now();
  private readonly link: Link;
  private readonly second = setInterval(() => this.everySecond(), 1000);
  private readonly drawn = (event: Event) => tick(event.target as HTMLElement, this.now());

  constructor(
    private readonly host: HTMLElement,
    private readonly office: Office,
    rest: string,
    words: Words<WallKey>,
  ) {
    this.text = new Texts(words, office.language);
    this.isTv = rest.split("/")[0] === TV;
    this.wake = this.isTv ? new Wake() : null;
    host.classList.add("wall");
    host.addEventListener("drawn", this.drawn);
    this.link = new Link({
      socket: () => office.socket("/v1/stream"),
      message: (message) => {
        this.heard = Date.now();
        this.centre.apply(message, this.heard);
        this.paces.ask();
      },
      live: (live) => this.turned(live),
      refused: () => void this.whoAmI(),
    });
    this.draw();
    if (this.leads) void this.askForReasons();
  }

  end(): void {
    clearInterval(this.second);
    this.host.removeEventListener("drawn", this.drawn);
    this.link.close();
    this.paces.end();
    this.trends?.end();
    this.wake?.end();
    void this.sound.end();
    if (this.isTv && document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    render(nothing, this.host);
  }

  private get leads(): boolean {
    const { role } = this.office.me;
    return role === "admin" || role === "supervisor";
  }

  /** By the engine's clock; while nothing is heard it stands still, so that no old wait looks like a growing one. */
  private now(): number {
    return (this.staleSince > 0 ? this.staleSince : Date.now()) + this.centre.skewMs;
  }

  private turned(live: boolean): void {
    if (live) {
      this.staleSince = 0;
      this.signedOut = false;
      this.trunksAsked = 0;
      this.lookForAlarms();
    } else if (this.staleSince === 0) this.staleSince = this.heard;
    this.paces.ask();
  }

  /** The line was refused: if the sign-in is over, the office says so. */
  private async whoAmI(): Promise<void> {
    try {
      await this.office.api.get("/v1/me");
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 401) this.signedOut = true;
      this.paces.ask();
    }
  }

  private async askForReasons(): Promise<void> {
    const found = await this.office.api
      .get<{ reasons: readonly string[] }>("/v1/reasons")
      .catch(() => ({ reasons: [] }));
    this.reasons = found.reasons;
    this.paces.ask();
  }

  /** How trunks are is observed beside the engine, so the stream does not tell of it. */
  private async askForTrunks(): Promise<void> {
    this.trunksAsked = Date.now();
    const told = await this.office.api.get<{ trunks: readonly TrunkRow[] }>("/v1/trunks").catch(() => null);
    if (told) this.trunks = told.trunks;
  }

  private everySecond(): void {
    tick(this.host, this.now());
    const wasHidden = this.staleSince > 0 && Date.now() - this.staleSince < HIDE_MS + 2000;
    if (this.staleSince === 0) {
      this.lookForAlarms();
      if (Date.now() - this.trunksAsked >= TRUNKS_MS) void this.askForTrunks();
    }
    if (this.isTv || wasHidden) this.paces.ask();
  }

  private lookForAlarms(): void {
    const { centre } = this;
    const now = this.now();
    const { fresh, changed } = this.alarms.look(found(centre.queues.rows.values(), this.trunks, now), now);
    if (changed) this.paces.ask();
    const texts = fresh.map((one) => this.text.alarm(one, centre, now)).filter(Boolean);
    if (texts.length) this.sound.call(this.text.say("alarm"), texts.join("\n"));
  }

  private set(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    this.draw();
  }

  private room(): Room {
    return {
      centre: this.centre,
      alarms: this.alarms,
      choice: this.choice,
      leads: this.leads,
      now: this.now(),
      text: this.text,
      set: (change) => this.set(change),
    };
  }

  private async act(request: Request, name: string): Promise<void> {
    this.busy = true;
    this.set({ asked: "" });
    try {
      await this.office.api.send(request.method, request.path, request.body);
      this.office.say("good", this.text.say(request.done, { name }));
    } catch (problem) {
      this.office.say("bad", this.text.say("refused", { why: problem instanceof Error ? problem.message : "" }));
    }
    this.busy = false;
    this.draw();
  }

  // ------------------------------------------------------------ drawing

  private draw(): void {
    const room = this.room();
    render(this.isTv ? this.tv(room) : this.page(room), this.host);
    tick(this.host, this.now());
    const dialog = this.host.querySelector<HTMLDialogElement>("dialog");
    if (dialog && !dialog.open) dialog.showModal();
    const { value } = this.trendsAt;
    if (value) (this.trends ??= new Trends(value, this.office.api, this.text)).show(this.choice.search.queue);
  }

  private page(room: Room) {
    const { centre, choice, text } = room;
    const queues = queuesInOrder(centre.queues);
    const agents = agentsInOrder(centre.agents, choice.search);
    const contacts = contactsInOrder(centre.contacts, choice.search);
    const knows = this.staleSince >= 0;
    return html`${bar(room, { staleSince: this.staleSince, sound: this.sound, soundPressed: () => this.soundPressed(), tv: () => this.toTv() })}
      ${this.staleSince > 0 ? html`<p class="stale-note" role="alert">${text.say("stale_since", { time: text.time(this.staleSince) })}</p>` : nothing}
      ${alarmList(room, (which) => this.see(which))}
      <div class="sheets ${this.staleSince ? "stale" : ""}">
        <section class="sheet queues" aria-label=${text.say("queues")}>
          <h2>${text.say("queues")}</h2>
          <cordpair-long-list
            id="queues"
            .label=${text.say("queues")}
            .head=${queueHead(room)}
            .items=${queues}
            .row=${(row: QueueRow, index: number) => queueRow(room, row, index)}
          ></cordpair-long-list>
          ${knows && !queues.length ? html`<p class="none">${text.say("no_queues")}</p>` : nothing}
        </section>
        <section class="sheet agents" aria-label=${text.say("agents")}>
          <h2>${text.say("agents")}</h2>
          ${agentStates(room)} ${knows && !agents.length ? html`<p class="none">${text.say("nobody")}</p>` : nothing}
          <cordpair-long-list
            id="agents"
            .label=${text.say("agents")}
            .head=${agentHead(room)}
            .items=${agents}
            .row=${(row: AgentRow, index: number) => agentRow(room, row, index)}
          ></cordpair-long-list>
        </section>
        <section class="sheet contacts" aria-label=${text.say("contacts")}>
          <h2>${text.say("contacts")}</h2>
          ${contactStages(room)}
          ${knows && !contacts.length ? html`<p class="none">${text.say("no_contacts")}</p>` : nothing}
          <cordpair-long-list
            id="contacts"
            .label=${text.say("contacts")}
            .head=${contactHead(room)}
            .items=${contacts}
            .row=${(row: ContactRow, index: number) => contactRow(room, row, index)}
          ></cordpair-long-list>
        </section>
        <section class="sheet trends" aria-label=${text.say("trends")}>
          <h2>${text.say("trends")}${choice.search.queue ? html` <small>${choice.search.queue}</small>` : nothing}</h2>
          <div class="charts" hidden ${ref(this.trendsAt)}></div>
        </section>
      </div>
      ${details(room, {
        act: (request, name) => void this.act(request, name),
        close: () => this.set({ open: null, asked: "" }),
        go: (path) => this.office.go(path),
        reasons: this.reasons,
        busy: this.busy,
      })}`;
  }

  private tv(room: Room) {
    const rows = queuesInOrder(this.centre.queues);
    const turn = Math.floor((Date.now() - this.began) / TURN_MS);
    return television(room, {
      screen: screenOf(rows, turn, innerHeight > innerWidth),
      staleSince: this.staleSince,
      signedOut: this.signedOut,
      here: Date.now(),
      leave: () => this.office.go("wall"),
    });
  }

  private see(which?: Found): void {
    this.alarms.see(which);
    this.draw();
  }

  private soundPressed(): void {
    this.sound.toggle();
    this.draw();
  }

  private toTv(): void {
    void document.documentElement.requestFullscreen().catch(() => undefined);
    this.office.go(`wall/${TV}`);
  }
}
