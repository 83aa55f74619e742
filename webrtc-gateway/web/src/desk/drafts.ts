// Notes are kept in the tab at each key, and sent when the agent pauses: a reload loses no word.

import type { ToDesk } from "../protocol/desk.ts";

const KEY = "cordpair-desk-draft:";
const PAUSE_MS = 800;

export interface Draft {
  readonly notes: string;
  readonly disposition: string;
}

const NOTHING: Draft = { notes: "", disposition: "" };

export class Drafts {
  private waiting: { readonly contact: string; readonly draft: Draft } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (message: ToDesk) => void) {}

  /** `disposition`: what the gateway has. */
  of(contact: string, disposition = ""): Draft {
    try {
      return {
        ...NOTHING,
        disposition,
        ...(JSON.parse(sessionStorage.getItem(KEY + contact) ?? "{}") as Partial<Draft>),
      };
    } catch {
      return NOTHING;
    }
  }

  write(contact: string, draft: Draft): void {
    sessionStorage.setItem(KEY + contact, JSON.stringify(draft));
    this.waiting = { contact, draft };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    const { waiting } = this;
    this.waiting = null;
    if (!waiting) return;
    const { notes, disposition } = waiting.draft;
    this.send({ type: "notes", contact: waiting.contact, text: notes, disposition });
  }
}
