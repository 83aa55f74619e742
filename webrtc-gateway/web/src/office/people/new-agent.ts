// A new agent in one form; and what is shown once: the link to a password, the phone's settings.

import { html, nothing, type TemplateResult } from "lit";
import type { PeopleKey } from "../../words/people-en.ts";
import { say, type Words } from "../../words/words.ts";
import type { Problem } from "../page.ts";
import { choice, field, text } from "./parts/fields.ts";

/** What of the configuration a new agent needs. */
export interface Centre {
  readonly queues: readonly string[];
  readonly pbxs: readonly string[];
  /** By agent: the seat whose phone has its account from the engine. */
  readonly phones: ReadonlyMap<string, string>;
}

export interface PhoneSettings {
  readonly seat: string;
  readonly address: string;
  readonly programs: readonly string[];
  readonly qr: string;
  readonly until: string;
}

export interface AgentAdded {
  readonly agent: string;
  readonly password: { readonly link: string; readonly until: string } | null;
  readonly phone: PhoneSettings | null;
}

interface Configuration {
  readonly config: {
    readonly queues?: Readonly<Record<string, unknown>>;
    readonly pbx?: Readonly<Record<string, unknown>>;
    readonly seats?: Readonly<Record<string, { readonly account?: boolean }>>;
    readonly agents?: Readonly<Record<string, { readonly seat?: string }>>;
  };
  readonly order: Readonly<Record<string, readonly string[]>>;
}

export const NO_CENTRE: Centre = { queues: [], pbxs: [], phones: new Map() };
const PHONES = ["browser", "sip", "none"] as const;
const FIELDS: readonly string[] = ["name", "shown_as", "seat.new", "seat.node"];

export function centreOf({ config, order }: Configuration): Centre {
  const names = (section: "queues" | "pbx") => order[section] ?? Object.keys(config[section] ?? {});
  const phones = Object.entries(config.agents ?? {}).flatMap(([agent, { seat }]): [string, string][] =>
    seat && config.seats?.[seat]?.account ? [[agent, seat]] : [],
  );
  return { queues: names("queues"), pbxs: names("pbx"), phones: new Map(phones) };
}

/** As `POST /v1/agents` takes it. */
export function agentOf(form: FormData): object {
  const given = (key: string) => ((form.get(key) as string | null) ?? "").trim();
  const phone = given("seat.new");
  const node = given("seat.node");
  return {
    name: given("name"),
    shown_as: given("shown_as"),
    queues: form.getAll("queues"),
    ...(phone === "none" ? {} : { seat: { new: phone, ...(node ? { node } : {}) } }),
  };
}

/** Those of fields that the form has stay with them; the others are told at its end, with what they are about. */
export function inForm(problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) =>
    !problem.path || FIELDS.includes(problem.path)
      ? problem
      : { ...problem, path: "", message: `${problem.path}: ${problem.message}` },
  );
}

export function agentForm(words: Words<PeopleKey>, centre: Centre, problems: readonly Problem[]): TemplateResult {
  const places = PHONES.map((value) => ({ value, text: say(words, `phone_${value}`) }));
  const pbxs = centre.pbxs.map((value) => ({ value, text: value }));
  return html`${field(say(words, "name"), "name", problems, (wrong) => text("name", "", wrong, { first: true }))}
    ${field(say(words, "shown_as"), "shown_as", problems, (wrong) => text("shown_as", "", wrong))}
    ${field(say(words, "phone"), "seat.new", problems, (wrong) => choice("seat.new", places, "browser", wrong))}
    ${pbxs.length > 1 ? field(say(words, "on_pbx"), "seat.node", problems, (wrong) => choice("seat.node", pbxs, centre.pbxs[0] ?? "", wrong)) : nothing}
    ${
      centre.queues.length
        ? html`<fieldset>
            <legend>${say(words, "works_queues")}</legend>
            ${centre.queues.map(
              (queue) =>
                html`<label class="tick"
                  ><input type="checkbox" name="queues" value=${queue} /> <bdi>${queue}</bdi></label
                >`,
            )}
          </fieldset>`
        : nothing
    }
    <p class="soft">${say(words, "add_agent_why")}</p>`;
}

export interface Made {
  readonly name: string;
  /** The whole address. */
  readonly link: string;
  readonly linkUntil: string;
  readonly phone: PhoneSettings | null;
  readonly phoneUntil: string;
  /** For which program the phone's settings were fetched; empty: not yet. */
  readonly fetched: string;
}

export interface MadeParts {
  readonly words: Words<PeopleKey>;
  readonly made: Made;
  readonly busy: boolean;
  readonly fetch: (program: string) => void;
  readonly close: () => void;
}

/** Whoever renders it shows it (`showModal`). */
export function shownOnce({ words, made, busy, fetch, close }: MadeParts): TemplateResult {
  return html`<dialog class="sheet" aria-labelledby="dialog-title" @close=${close}>
    <h2 id="dialog-title">${say(words, "made_for", { name: made.name })}</h2>
    ${
      made.link
        ? html`<p>${say(words, "link_why", { until: made.linkUntil })}</p>
            ${copied(words, "secret", say(words, "link_for", { name: made.name }), made.link)}`
        : nothing
    }
    ${made.phone ? phone(words, made, made.phone, busy, fetch) : nothing}
    <div class="row end"><button @click=${close}>${say(words, "done")}</button></div>
  </dialog>`;
}

function phone(words: Words<PeopleKey>, made: Made, given: PhoneSettings, busy: boolean, fetch: MadeParts["fetch"]) {
  if (made.fetched)
    return html`<h3>${say(words, "phone_settings")}</h3>
      <p role="status">
        ${say(words, "phone_fetched", { program: say(words, `program_${made.fetched}` as PeopleKey) })}
      </p>`;
  return html`<h3>${say(words, "phone_settings")}</h3>
    <p>${say(words, "phone_why", { until: made.phoneUntil })}</p>
    <img class="code" src=${given.qr} alt=${say(words, "phone_code")} width="180" height="180" />
    ${copied(words, "phone-address", say(words, "phone_address"), given.address)}
    <div class="row">
      ${given.programs.map(
        (program) =>
          html`<button class="quiet small" data-program=${program} ?disabled=${busy} @click=${() => fetch(program)}>
            ${say(words, "download", { program: say(words, `program_${program}` as PeopleKey) })}
          </button>`,
      )}
    </div>`;
}

function copied(words: Words<PeopleKey>, id: string, label: string, value: string) {
  const copy = () => navigator.clipboard?.writeText(value).catch(() => undefined);
  return html`<div class="copied">
    <input
      id=${id}
      readonly
      aria-label=${label}
      .value=${value}
      @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
    />
    <button class="quiet small" aria-label=${`${say(words, "copy")}: ${label}`} @click=${() => void copy()}>
      ${say(words, "copy")}
    </button>
  </div>`;
}

/** The file as its program looks for it. */
export function fileOf(program: string, seat: string): string {
  if (program === "baresip") return "accounts";
  return program === "linphone" ? `linphone-${seat}.xml` : `phone-${seat}.txt`;
}

export function save(name: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
