// What the desk's templates get: the state, the words, what only this page knows, and what can be done.

import type { ToDesk } from "../protocol/desk.ts";
import type { DeskKey } from "../words/desk-en.ts";
import type { Words } from "../words/words.ts";
import type { Settings } from "./settings.ts";
import type { Desk } from "./state.ts";

/** What is open on this page, and what was typed and not sent yet. */
export interface Page {
  readonly panel: "" | "devices" | "shortcuts";
  readonly tool: "" | "keypad" | "transfer";
  /** What the check of the devices was opened for. */
  readonly afterCheck: "" | "ready" | "call";
  /** Typed, to be called. */
  readonly number: string;
  readonly notes: string;
  readonly disposition: string;
  readonly digits: string;
  /** The screen pop that is shown inside the desk. */
  readonly embedded: string;
  readonly sharedPage: string;
  readonly level: number;
  readonly heard: boolean;
  readonly microphone: "" | "granted" | "refused_microphone" | "no_microphone" | "insecure";
  readonly devices: readonly MediaDeviceInfo[];
  readonly settings: Settings;
}

export interface Room {
  readonly desk: Desk;
  readonly page: Page;
  readonly words: Words<DeskKey>;
  readonly language: string;
  /** The gateway's clock, now. */
  readonly now: number;
  readonly send: (message: ToDesk) => void;
  readonly set: (change: Partial<Page>) => void;
  readonly does: {
    readonly signIn: (name: string, password: string) => void;
    readonly comeHere: () => void;
    readonly signOut: () => void;
    readonly ready: () => void;
    readonly call: () => void;
    readonly accept: () => void;
    readonly reject: () => void;
    readonly mute: () => void;
    readonly camera: () => void;
    readonly write: (notes: string, disposition: string) => void;
    readonly done: () => void;
    readonly devices: () => void;
    readonly choose: (change: Partial<Settings>) => void;
    readonly testRing: () => void;
    readonly checked: () => void;
    readonly closePanel: () => void;
  };
}
