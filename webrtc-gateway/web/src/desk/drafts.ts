// Notes are kept in the tab at each key, and sent when the agent pauses: a reload loses no word.

import type { Contact, ToDesk } from "../protocol/desk.ts";

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

  /** Of another tab or computer: what the gateway has. */
  of(contact: Contact | null): Draft {
    if (!contact) return NOTHING;
    const kept: Draft = { notes: contact.notes ?? "", disposition: contact.disposition ?? "" };
    try {
      return { ...kept, ...(JSON.parse(sessionStorage.getItem(KEY + contact.id) ?? "{}") as Partial<Draft>) };
    } catch {
      return kept;
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
