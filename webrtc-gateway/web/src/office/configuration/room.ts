// What every part of the page gets: the state, the words, and what can be done.

import type { ConfigurationKey } from "../../words/configuration-en.ts";
import type { NewAgent } from "./new-agent.ts";
import type { Session, State } from "./session.ts";
import { type Path, showPath, type Table, type Value } from "./tables.ts";

/** What the page remembers beside the draft. */
export interface Page {
  /** What is looked for, by list. */
  readonly search: ReadonlyMap<string, string>;
  /** How many rows are shown, by list. */
  readonly shown: ReadonlyMap<string, number>;
  /** The entry that gets another name. */
  readonly renaming: string;
  /** A dialog that asks before something is done. */
  readonly asks: "" | "remove" | "discard" | "roll_back";
  readonly newAgent: NewAgent;
  /** By which an agent chooses a password: for whom, and where. It is shown once. */
  readonly link: { readonly name: string; readonly url: string } | null;
}

export interface Room {
  readonly session: Session;
  readonly state: State;
  readonly page: Page;
  readonly language: string;
  /** Nothing here can be changed: by this person, or over the network at all. */
  readonly readOnly: boolean;
  t(key: ConfigurationKey, values?: Readonly<Record<string, string | number>>): string;
  set(change: Partial<Page>): void;
  edit(config: Table): void;
  /** A field of the draft; its default, or nothing, is left out. */
  put(path: Path, value: Value | undefined): void;
  /** To a place of this page: a section, an entry of it, "history". */
  go(...parts: string[]): void;
  /** To the field that a path is about. */
  lead(path: Path): void;
  say(kind: "good" | "bad", text: string): void;
  attempt(doing: () => Promise<void>): void;
}

/** Of the element that edits this place. Whatever a name holds, it has no space in it. */
export const idOf = (path: Path): string => `at-${encodeURIComponent(showPath(path))}`;

/** "offer_timeout" → "Offer timeout". */
export function humane(name: string): string {
  const words = name.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
