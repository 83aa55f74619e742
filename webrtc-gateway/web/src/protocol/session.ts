// The customer's session, as docs/reference/web-protocol.md has it: what goes over /v1/session.

export const SESSION_PROTOCOL = "cordpair.session.v1";

export type Media = "audio" | "video";

/** A range, because one number would be a promise. */
export interface Wait {
  readonly least_s: number;
  readonly most_s: number;
}

/** What the portal's server got for its key and gave to its page. */
export interface Ticket {
  readonly session_token: string;
  readonly session_url: string;
  readonly ice_servers?: readonly RTCIceServer[];
  readonly media?: Media;
  readonly place?: number | null;
  readonly wait?: Wait | null;
}

export interface CallOrder {
  readonly type: "call";
  readonly url: string;
  readonly uri: string;
  readonly identity: string;
  readonly media: Media;
  readonly until: number;
  readonly ice_servers?: readonly RTCIceServer[];
}

export type WaitCause = "" | "agents_fewer" | "priority" | "overflow" | "calls_longer";
export type EndReason = "agent" | "customer" | "closed" | "timed_out" | "failed";
export type ErrorCode = "token" | "expired" | "busy" | "unavailable" | "unknown" | "origin" | "share";

/** Of a message of ours that changed nothing; every other error is the end. */
export const isHarmless = (code: string): boolean => code === "unknown" || code === "share";

export type FromGateway =
  | { readonly type: "welcome"; readonly contact: string; readonly resume_token: string; readonly grace_s: number }
  | {
      readonly type: "waiting";
      readonly place: number | null;
      readonly wait: Wait | null;
      readonly cause?: WaitCause;
      readonly in_call?: boolean;
    }
  | CallOrder
  | { readonly type: "ringing" }
  | { readonly type: "talking"; readonly agent: string; readonly share?: boolean }
  | { readonly type: "held" }
  | { readonly type: "again"; readonly in_call?: boolean }
  | { readonly type: "pointer"; readonly x: number; readonly y: number }
  | { readonly type: "share_asked" }
  | { readonly type: "share"; readonly url: string; readonly token: string }
  | { readonly type: "ended"; readonly reason: EndReason }
  | { readonly type: "ping" }
  | { readonly type: "error"; readonly code: ErrorCode };

export type ToGateway =
  | { readonly type: "hello"; readonly token: string; readonly in_call: boolean }
  | { readonly type: "leave" }
  | { readonly type: "microphone"; readonly state: "refused" }
  | { readonly type: "cobrowse"; readonly on: boolean }
  | { readonly type: "pong" };
