// What the customer sees, as a pure function of what happened: reduce(view, input) → view. No DOM, no clock, no network.
//
//   idle → asking (microphone) → joining → waiting ⇄ calling → ringing → talking ⇄ held → ended
//                   └ refused                └── again ──┘        any of them → ended | refused

import {
  type EndReason,
  type FromGateway,
  isHarmless,
  type Media,
  type Ticket,
  type Wait,
  type WaitCause,
} from "../protocol/session.ts";

export type Phase =
  "idle" | "asking" | "joining" | "waiting" | "calling" | "ringing" | "talking" | "held" | "refused" | "ended";

/** Why it cannot go on, in words the customer can act on. */
export type Refusal = "refused_microphone" | "no_microphone" | "insecure" | "ticket" | "expired" | "busy" | "closed";
export type Share = "off" | "asked" | "offered" | "on";

export interface View {
  readonly phase: Phase;
  readonly media: Media;
  readonly place: number | null;
  readonly wait: Wait | null;
  readonly cause: WaitCause;
  readonly again: boolean;
  readonly lineLost: boolean;
  readonly soundLost: boolean;
  readonly agent: string;
  readonly muted: boolean;
  readonly camera: boolean;
  readonly silent: boolean;
  readonly share: Share;
  /** The agent's queue has nothing against it. */
  readonly canShare: boolean;
  /** What was before the page was loaded anew. */
  readonly resumes: "" | "place" | "talk";
  readonly refusal: Refusal | null;
  readonly end: EndReason | "left" | null;
}

export const IDLE: View = {
  phase: "idle",
  media: "audio",
  place: null,
  wait: null,
  cause: "",
  again: false,
  lineLost: false,
  soundLost: false,
  agent: "",
  muted: false,
  camera: true,
  silent: false,
  share: "off",
  canShare: true,
  resumes: "",
  refusal: null,
  end: null,
};

export type Input =
  | { readonly on: "press"; readonly media: Media }
  | { readonly on: "resume"; readonly media: Media; readonly talking: boolean }
  | { readonly on: "microphone"; readonly state: "granted" | Refusal }
  | { readonly on: "ticket"; readonly ticket: Ticket }
  | { readonly on: "no_ticket"; readonly closed: boolean }
  | { readonly on: "message"; readonly message: FromGateway }
  | { readonly on: "line" | "sound"; readonly up: boolean }
  | { readonly on: "hang_up" }
  | { readonly on: "mute" | "camera" | "close" }
  | { readonly on: "silent"; readonly silent: boolean }
  | { readonly on: "share"; readonly share: Share };

const LIVE = new Set<Phase>(["joining", "waiting", "calling", "ringing", "talking", "held"]);
const IN_CALL = new Set<Phase>(["calling", "ringing", "talking", "held"]);

export const isLive = (view: View): boolean => LIVE.has(view.phase);
/** Whoever waits or is on hold misses nothing while no sound comes; what is over may end without a welcome. */
export const isBroken = (view: View): boolean =>
  isLive(view) && (view.lineLost || (view.soundLost && view.phase === "talking"));
export const isInCall = (view: View): boolean => IN_CALL.has(view.phase);

export function reduce(view: View, input: Input): View {
  switch (input.on) {
    case "press":
      return { ...IDLE, phase: "asking", media: input.media };
    case "resume":
      return { ...IDLE, phase: "joining", media: input.media, resumes: input.talking ? "talk" : "place" };
    case "microphone":
      return input.state === "granted" ? { ...view, phase: "joining" } : refused(view, input.state);
    case "ticket":
      return { ...view, place: input.ticket.place ?? null, wait: input.ticket.wait ?? null };
    case "no_ticket":
      return refused(view, input.closed ? "closed" : "ticket");
    case "line":
      return isLive(view) ? { ...view, lineLost: !input.up } : view;
    case "sound":
      return { ...view, soundLost: !input.up };
    case "hang_up":
      return isLive(view) ? ended(view, isInCall(view) ? "customer" : "left") : view;
    case "mute":
      return { ...view, muted: !view.muted };
    case "camera":
      return { ...view, camera: !view.camera };
    case "silent":
      return input.silent === view.silent ? view : { ...view, silent: input.silent };
    case "share":
      return isInCall(view) ? { ...view, share: input.share } : view;
    case "close":
      return isLive(view) ? view : IDLE;
    case "message":
      return isLive(view) ? told(view, input.message) : view;
  }
}

function told(view: View, message: FromGateway): View {
  switch (message.type) {
    case "waiting":
      return {
        ...view,
        phase: "waiting",
        place: message.place,
        wait: message.wait,
        cause: message.cause ?? "",
        share: "off",
      };
    case "call":
      return { ...view, phase: "calling", media: message.media, again: false };
    case "ringing":
      return { ...view, phase: "ringing" };
    case "talking":
      return { ...view, phase: "talking", agent: message.agent, canShare: message.share !== false };
    case "held":
      return { ...view, phase: "held" };
    case "again":
      return { ...view, phase: "waiting", again: true, share: "off" };
    case "share_asked":
      return view.share === "off" ? { ...view, share: "asked" } : view;
    case "ended":
      return ended(view, message.reason);
    case "error":
      return refusedByGateway(view, message.code);
    default:
      return view; // welcome, pointer, share and ping change nothing that is shown here
  }
}

function refusedByGateway(view: View, code: string): View {
  if (isHarmless(code)) return view; // the call goes on
  if (code === "busy") return refused(view, "busy");
  // Loaded anew: a conversation ended with its page, a place is gone after the grace.
  if (view.phase === "joining" && view.resumes === "talk") return ended(view, "agent");
  return refused(view, code === "expired" || view.resumes ? "expired" : "ticket");
}

const refused = (view: View, refusal: Refusal): View => ({ ...view, phase: "refused", refusal, share: "off" });
const ended = (view: View, end: EndReason | "left"): View => ({ ...view, phase: "ended", end, share: "off" });
