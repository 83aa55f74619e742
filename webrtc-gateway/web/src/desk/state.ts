// What the agent sees, as a pure function of what happened: reduce(desk, input) → desk. No DOM, no clock, no network.

import type { AgentState, Colleague, Contact, Figures, FromDesk, OfferMessage, QueueLine } from "../protocol/desk.ts";
import type { SignInError } from "../signing-in/account.ts";

export type Link = "checking" | "signed_out" | "connecting" | "up" | "lost" | "elsewhere";
export type PhoneState = "none" | "starting" | "ready" | "lost";
export type CallState = "none" | "ringing" | "up";

export interface Notice {
  readonly key:
    "error" | "missed" | "not_reached" | "customer_busy" | "customer_no_answer" | "call_number" | "call_often";
  readonly code: string;
  readonly text?: string;
}

export interface Desk {
  readonly link: Link;
  readonly signInError: SignInError;
  /** Where those sign in who have an account of the house; empty: there are none. */
  readonly house: string;
  readonly agent: string;
  readonly name: string;
  readonly state: AgentState;
  readonly reason: string;
  readonly since: number;
  readonly wrapUpUntil: number | null;
  readonly reasons: readonly string[];
  readonly transferTo: readonly string[];
  readonly queues: readonly QueueLine[];
  readonly agents: readonly Colleague[];
  readonly figures: Figures;
  readonly contacts: readonly Contact[];
  readonly offer: OfferMessage | null;
  /** The offer that was accepted here: the phone answers its call by itself. */
  readonly accepted: string;
  /** The gateway's clock less this computer's. */
  readonly skewMs: number;
  readonly phone: PhoneState;
  readonly roundTripMs: number | null;
  readonly call: CallState;
  readonly muted: boolean;
  readonly camera: boolean;
  readonly notice: Notice | null;
}

export const EMPTY: Desk = {
  link: "checking",
  signInError: "",
  house: "",
  agent: "",
  name: "",
  state: "signed_out",
  reason: "",
  since: 0,
  wrapUpUntil: null,
  reasons: [],
  transferTo: [],
  queues: [],
  agents: [],
  figures: {},
  contacts: [],
  offer: null,
  accepted: "",
  skewMs: 0,
  phone: "none",
  roundTripMs: null,
  call: "none",
  muted: false,
  camera: true,
  notice: null,
};

export type Input =
  | { readonly on: "link"; readonly link: Link; readonly error?: SignInError; readonly oidc?: string }
  | { readonly on: "message"; readonly message: FromDesk; readonly now: number }
  | { readonly on: "phone"; readonly phone: PhoneState; readonly roundTripMs?: number | null }
  | { readonly on: "call"; readonly call: CallState }
  | { readonly on: "accepted"; readonly offer: string }
  | { readonly on: "mute" | "camera" | "read" };

export function reduce(desk: Desk, input: Input): Desk {
  switch (input.on) {
    case "link":
      return input.link === "signed_out"
        ? { ...EMPTY, link: "signed_out", signInError: input.error ?? "", house: input.oidc ?? desk.house }
        : { ...desk, link: input.link, signInError: input.error ?? "", house: input.oidc ?? desk.house };
    case "message":
      return told(desk, input.message, input.now);
    case "phone":
      return { ...desk, phone: input.phone, roundTripMs: input.roundTripMs ?? desk.roundTripMs };
    case "call":
      return input.call === "none"
        ? { ...desk, call: "none", muted: false, camera: true }
        : { ...desk, call: input.call };
    case "accepted":
      return { ...desk, accepted: input.offer };
    case "mute":
      return { ...desk, muted: !desk.muted };
    case "camera":
      return { ...desk, camera: !desk.camera };
    case "read":
      return { ...desk, notice: null };
  }
}

function told(desk: Desk, message: FromDesk, now: number): Desk {
  switch (message.type) {
    case "desk":
      return {
        ...desk,
        link: "up",
        agent: message.agent,
        name: message.name,
        state: message.state,
        reason: message.reason,
        since: message.since,
        wrapUpUntil: message.wrap_up_until ?? null,
        reasons: message.reasons,
        transferTo: message.transfer_to ?? [],
        queues: message.queues,
        agents: message.agents ?? [],
        figures: message.figures,
        contacts: message.contacts,
        offer: null, // an offer that is still open follows
        skewMs: message.now ? message.now - now : 0,
      };
    case "state":
      return {
        ...desk,
        state: message.state,
        reason: message.reason,
        since: message.since,
        wrapUpUntil: message.wrap_up_until,
        accepted: IDLE_STATES.has(message.state) ? "" : desk.accepted,
      };
    case "offer":
      return { ...desk, offer: message, accepted: message.auto ? message.offer : desk.accepted, notice: null };
    case "offer_ended":
      if (desk.offer?.offer !== message.offer) return desk;
      return {
        ...desk,
        offer: null,
        accepted: isNoCall(message.outcome) ? "" : desk.accepted,
        notice: endOf(message.outcome) ?? desk.notice,
      };
    case "contact":
      return { ...desk, contacts: withContact(desk.contacts, message.contact) };
    case "gone":
      return { ...desk, contacts: desk.contacts.filter((contact) => contact.id !== message.contact) };
    case "queues":
      return { ...desk, queues: message.queues };
    case "agents":
      return { ...desk, agents: message.agents };
    case "figures":
      return { ...desk, figures: message.figures };
    case "error":
      return { ...desk, notice: refusalOf(message.code, message.text ?? "") };
    default:
      return desk; // phone and ping are the connection's
  }
}

const IDLE_STATES = new Set<AgentState>(["ready", "not_ready", "signed_out"]);

/** Outcomes that the agent did not bring about on this page. */
const MISSED = new Set([
  "missed",
  "busy",
  "unreachable",
  "withdrawn",
  "answered_elsewhere",
  "contact_gone",
  "no_show",
  "failed",
]);

/** None will come of it: no call is to be answered by itself. */
const isNoCall = (outcome: string): boolean =>
  MISSED.has(outcome) || outcome === "cancelled" || outcome.startsWith("customer_");

/** What the agent is told of an offer that is over; null: nothing, they know. */
function endOf(outcome: string): Notice | null {
  if (MISSED.has(outcome)) return { key: "missed", code: outcome };
  if (outcome === "customer_busy" || outcome === "customer_no_answer") return { key: outcome, code: outcome };
  return outcome.startsWith("customer_") ? { key: "not_reached", code: outcome } : null;
}

/** The engine's own words are English; those of everyday are in the agent's language. */
function refusalOf(code: string, text: string): Notice {
  if (code === "number") return { key: "call_number", code };
  if (code === "often") return { key: "call_often", code };
  return { key: "error", code, text };
}

function withContact(contacts: readonly Contact[], contact: Contact): readonly Contact[] {
  const known = contacts.some(({ id }) => id === contact.id);
  return known ? contacts.map((old) => (old.id === contact.id ? contact : old)) : [...contacts, contact];
}

/** The contact that the desk is about: the one talked to, else the newest. */
export function current(desk: Desk): Contact | null {
  const rank = (contact: Contact) => ["talking", "held", "calling", "wrap_up", "offered"].indexOf(contact.phase);
  return [...desk.contacts].filter(({ phase }) => phase !== "offered").sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

/** Not at work: also one whom somebody else signed out, while the desk is open. */
export const isAway = ({ state }: Desk): boolean => state === "not_ready" || state === "signed_out";

export const isTalking = (contact: Contact | null): boolean =>
  contact?.phase === "talking" || contact?.phase === "held";

/** It rings for an offer that waits for the agent's word, and for a call nobody accepted here. */
export function rings(desk: Desk): boolean {
  const open = desk.offer !== null && desk.offer.offer !== desk.accepted;
  return desk.link !== "signed_out" && desk.link !== "elsewhere" && (open || desk.call === "ringing");
}

/** A call that the agent already said yes to: accepted here, or in progress when the page was loaded again. */
export function answersByItself(desk: Desk): boolean {
  return desk.accepted !== "" || desk.contacts.some(({ phase }) => phase !== "offered" && phase !== "wrap_up");
}

/** Whether the call that comes has pictures: of the offer, or of the contact that is talked to already. */
export const wantsVideo = (desk: Desk): boolean => (desk.offer?.contact ?? current(desk))?.medium === "video";

/** The conversation whose call is not in this page, as soon as the phone could take it: after a reload, or elsewhere. */
export function missingCall(desk: Desk, input: Input): Contact | null {
  const isBack = input.on === "phone" || (input.on === "message" && input.message.type === "desk");
  const contact = current(desk);
  const isMissing = desk.link === "up" && desk.phone === "ready" && desk.call === "none" && !desk.offer;
  return isBack && isMissing && isTalking(contact) ? contact : null;
}

/** In mid-call without a phone: after a reload, or when the SIP line broke. */
export function phoneIsComingBack(desk: Desk): boolean {
  return desk.phone !== "none" && desk.call === "none" && isTalking(current(desk));
}
