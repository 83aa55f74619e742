// What /v1/stream tells: rows of queues, agents and contacts, whole at first, then those that changed.

export type AgentState = "signed_out" | "not_ready" | "free" | "delayed" | "ringing" | "talking" | "wrap_up";
export type ContactState = "arrived" | "waiting" | "offered" | "answered" | "connected" | "closing";
export type Alarm = "waiting" | "longest_wait" | "expected_wait" | "service_level" | "abandon_rate" | "ready_below";
export type TrunkAlarm = "down" | "unknown_number" | "equal_callers";

export interface Today {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  /** Shares from 0 to 1; null: of nothing. */
  readonly service_level: number | null;
  readonly abandon_rate: number | null;
}

export type ExpectedWait =
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  | { readonly kind: "unknown"; readonly because: string };

/** Waits in seconds, shares in percent; what is left out is never passed. */
export type Thresholds = Partial<Record<Alarm | "least_offered", number>>;

export interface QueueRow {
  readonly id: string;
  readonly medium: string;
  readonly waiting: number;
  readonly longest_waiting_since: string | null;
  readonly signed_in: number;
  readonly ready: number;
  readonly busy: number;
  readonly expected_wait: ExpectedWait;
  readonly today: Today | null;
  readonly alarms: Thresholds;
}

export interface Slot {
  readonly medium: string;
  readonly state: string;
  readonly contact: string | null;
}

export interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly state: AgentState;
  readonly since: string;
  readonly reason: string;
  readonly pending: "" | "not_ready" | "sign_out";
  readonly pending_reason: string;
  readonly seat: string | null;
  readonly queues: readonly string[];
  readonly slots: readonly Slot[];
  readonly calls: number;
}

export interface ContactRow {
  readonly id: string;
  readonly medium: string;
  readonly state: ContactState;
  readonly arrived_at: string;
  readonly service: string | null;
  readonly queue: string | null;
  readonly enqueued_at: string | null;
  readonly head_start: number;
  readonly offers: readonly { readonly agent: string }[];
  readonly agent: string | null;
  readonly connected_at: string | null;
  readonly held: boolean;
  readonly caller?: { readonly number: string; readonly name: string };
}

/** Of /v1/trunks, asked now and then: how a trunk is, is observed and no event. */
export interface TrunkRow {
  readonly id: string;
  readonly node: string;
  readonly alarms: readonly TrunkAlarm[];
}

interface Told {
  readonly seq: number;
  readonly now: string;
  readonly agents: readonly AgentRow[];
  readonly queues: readonly QueueRow[];
  readonly contacts: readonly ContactRow[];
}

export type Message =
  | (Told & { readonly type: "snapshot" })
  | (Told & {
      readonly type: "delta";
      readonly gone: Readonly<Record<"agents" | "queues" | "contacts", readonly string[]>>;
    });
