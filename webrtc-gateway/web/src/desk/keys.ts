// Keyboard shortcuts: a letter alone, so that they are quick; never while somebody writes, never over the browser's own.

import type { DeskKey } from "../words/desk-en.ts";

export type Action =
  "accept" | "reject" | "ready" | "hold" | "mute" | "camera" | "hang_up" | "notes" | "done" | "call" | "help";

interface Shortcut {
  readonly key: string;
  readonly action: Action;
  readonly text: DeskKey;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { key: "a", action: "accept", text: "key_accept" },
  { key: "x", action: "reject", text: "key_reject" },
  { key: "r", action: "ready", text: "key_ready" },
  { key: "h", action: "hold", text: "key_hold" },
  { key: "m", action: "mute", text: "key_mute" },
  { key: "v", action: "camera", text: "key_camera" },
  { key: "e", action: "hang_up", text: "key_hang_up" },
  { key: "n", action: "notes", text: "key_notes" },
  { key: "d", action: "done", text: "key_done" },
  { key: "c", action: "call", text: "key_call" },
  { key: "?", action: "help", text: "key_help" },
];

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  /** The tag of what has the focus. */
  readonly tag: string;
}

const WRITING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

export function actionOf(pressed: Pressed): Action | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey || WRITING.has(pressed.tag)) return null;
  return SHORTCUTS.find(({ key }) => key === pressed.key.toLowerCase())?.action ?? null;
}
