// What the office and its pages are to each other: who is there, what can be asked for, and how a page begins and ends.

export type Role = "admin" | "supervisor" | "read-only" | "agent";

export interface Me {
  readonly name: string;
  readonly full_name: string;
  readonly role: Role;
  /** The agent of that name, if there is one. */
  readonly agent: string | null;
  readonly csrf: string;
}

export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly severity?: "error" | "warning";
}

/** An answer other than success. `status` 0: none came. `body`: all that was said, for what is not in the rest. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: readonly Problem[] = [],
    readonly body: unknown = null,
  ) {
    super(message);
  }
}

/** Paths begin with /v1/. Everything throws ApiProblem. */
export interface Api {
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T>;
}

export interface Office {
  readonly me: Me;
  readonly api: Api;
  /** Of the words: "en", "de", "es". */
  readonly language: string;
  /** To another page, or elsewhere in this one: "people", "contacts/019…". */
  go(path: string): void;
  /** For a while, in a corner; read out too. */
  say(kind: "good" | "bad", text: string): void;
  /** A WebSocket of ours, such as "/v1/stream". */
  socket(path: string): WebSocket;
}

/** `rest`: what follows /office/<page>/ in the address; changes to it mount the page anew. Returns its unmounting. */
export interface OfficePage {
  mount(host: HTMLElement, office: Office, rest: string): () => void;
}
