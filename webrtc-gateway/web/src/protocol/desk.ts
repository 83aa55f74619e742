// The agent's desk, as docs/reference/web-protocol.md has it: what goes over /v1/desk.

export const DESK_PROTOCOL = "cordpair.desk.v1";

export type AgentState = "signed_out" | "not_ready" | "ready" | "offered" | "talking" | "held" | "wrap_up";
export type ContactPhase = "offered" | "calling" | "talking" | "held" | "wrap_up";
export type ShareState = "off" | "asked" | "on";

/** What the agent's browser phone registers with. The URL's token lets one phone register, once. */
export interface PhoneAccount {
  readonly url: string;
  readonly uri: string;
  readonly password: string;
  readonly until: number;
  readonly ice_servers?: readonly RTCIceServer[];
}

export interface PastContact {
  readonly at: number;
  readonly queue: string;
  readonly agent?: string;
  readonly disposition?: string;
  readonly notes?: string;
}

export interface Contact {
  readonly id: string;
  readonly phase: ContactPhase;
  readonly since?: number;
  readonly queue: string;
  readonly medium: string;
  readonly customer: string;
  readonly page?: string;
  readonly reason?: string;
  readonly locale?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly waited_s?: number;
  readonly history?: readonly PastContact[];
  readonly pop?: readonly (string | ScreenPop)[];
  readonly dispositions?: readonly string[];
  readonly disposition?: string;
  readonly notes?: string;
  readonly cobrowse?: ShareState;
  /** Of the agent's own call that comes to be: whose phone rings. */
  readonly rings?: "agent" | "customer";
}

/** A page of another system: shown inside the desk, or in a window of its own. */
export interface ScreenPop {
  readonly url: string;
  readonly title?: string;
  readonly embed?: boolean;
}

export interface QueueLine {
  readonly name: string;
  readonly waiting: number;
}

export interface Colleague {
  readonly agent: string;
  readonly name: string;
  readonly state: string;
}

export type Figures = Readonly<Record<string, number>>;

export interface DeskMessage {
  readonly type: "desk";
  readonly agent: string;
  readonly name: string;
  readonly state: AgentState;
  readonly reason: string;
  readonly since: number;
  readonly wrap_up_until?: number | null;
  readonly now?: number;
  readonly reasons: readonly string[];
  readonly transfer_to?: readonly string[];
  readonly queues: readonly QueueLine[];
  readonly agents?: readonly Colleague[];
  readonly figures: Figures;
  readonly phone: PhoneAccount | null;
  readonly contacts: readonly Contact[];
}

export interface OfferMessage {
  readonly type: "offer";
  readonly offer: string;
  readonly contact: Contact;
  readonly expires_at: number;
  readonly auto: boolean;
}

export type FromDesk =
  | DeskMessage
  | {
      readonly type: "state";
      readonly state: AgentState;
      readonly reason: string;
      readonly since: number;
      readonly wrap_up_until: number | null;
    }
  | OfferMessage
  | { readonly type: "offer_ended"; readonly offer: string; readonly outcome: string }
  | { readonly type: "contact"; readonly contact: Contact }
  | { readonly type: "gone"; readonly contact: string }
  | { readonly type: "queues"; readonly queues: readonly QueueLine[] }
  | { readonly type: "agents"; readonly agents: readonly Colleague[] }
  | { readonly type: "figures"; readonly figures: Figures }
  | { readonly type: "phone"; readonly phone: PhoneAccount }
  | { readonly type: "ping" }
  | { readonly type: "error"; readonly code: string; readonly about?: string; readonly text?: string };

/** Close codes after which the page stays away: the desk was opened elsewhere, the agent is signed out. */
export const CLOSED = { taken: 4409, signed_out: 4401 } as const;

export type ToDesk =
  | { readonly type: "ready" }
  | { readonly type: "not_ready"; readonly reason: string }
  | { readonly type: "wrap_up_done" }
  | { readonly type: "accept" | "reject"; readonly offer: string }
  | { readonly type: "hold"; readonly contact: string; readonly on: boolean }
  | { readonly type: "hang_up"; readonly contact: string }
  | { readonly type: "ring_again"; readonly contact: string }
  | { readonly type: "digits"; readonly contact: string; readonly digits: string }
  | { readonly type: "transfer"; readonly contact: string; readonly queue: string }
  | { readonly type: "transfer"; readonly contact: string; readonly agent: string }
  | { readonly type: "call"; readonly to: string; readonly key: string }
  | { readonly type: "notes"; readonly contact: string; readonly text: string; readonly disposition: string }
  | {
      readonly type: "preflight";
      readonly microphone: boolean;
      readonly level: number;
      readonly round_trip_ms: number | null;
    }
  | { readonly type: "pointer"; readonly contact: string; readonly x: number; readonly y: number }
  | { readonly type: "share_ask"; readonly contact: string }
  | { readonly type: "phone" }
  | { readonly type: "pong" };
