import type { Words } from "./words.ts";

export const dialEn = {
  call: "Call {number}",
  asking: "One moment…",
  ringing_agent: "Your phone rings…",
  ringing_customer: "Ringing…",
  connected: "Connected",
  ended: "Ended",
  not_called: "Your phone did not answer",
  busy: "Busy",
  no_answer: "No answer",
  cancelled: "Cancelled",
  not_reached: "Not reached",
  refused: "Cannot be called",
  too_many: "Too many calls: wait a little",
  failed: "No line to the telephone",
} as const;

export type DialKey = keyof typeof dialEn;

export const words: Words<DialKey> = dialEn;
