// Contacts that have ended, and one contact's story, as the API gives them (docs/reference/reports-api.md). Pure.

export interface Caller {
  readonly number: string;
  readonly name: string;
}

export interface Ended {
  readonly position: number | null;
  readonly id: string;
  readonly medium: string;
  readonly service: string | null;
  readonly arrived_at: string;
  readonly ended_at: string | null;
  readonly queues: readonly string[];
  readonly agents: readonly string[];
  readonly outcome: string | null;
  readonly end: string | null;
  readonly waited: number | null;
  readonly talked: number | null;
  readonly disposition?: string | null;
  readonly caller?: Caller | null;
}

export interface History {
  readonly contacts: readonly Ended[];
  readonly next: number | null;
}

export interface Moment {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly queue?: string;
  readonly agent?: string;
}

export interface Candidate {
  readonly agent: string;
  readonly chosen: boolean;
  readonly passed_over: readonly string[];
}

export interface Why {
  readonly waited: number | null;
  readonly requirement: Readonly<Record<string, number>>;
  readonly candidates: readonly Candidate[];
  readonly others: Readonly<Record<string, number>>;
}

export interface Offer {
  readonly id: string;
  readonly queue: string;
  readonly agent: string;
  readonly made_at: string;
  readonly ended_at: string | null;
  readonly outcome: string | null;
  readonly strategy: string;
  readonly waiting: number;
  readonly available: number;
  readonly why: Why | null;
}

export interface Conversation {
  readonly agent: string;
  readonly queue: string;
  readonly began_at: string;
  readonly ended_at: string | null;
  readonly talked: number | null;
  readonly held: number | null;
  readonly ended_by: string | null;
  readonly wrap_up_ended_at: string | null;
  readonly disposition: string | null;
  readonly notes?: string | null;
}

export interface Story {
  readonly contact: Ended;
  readonly moments: readonly Moment[];
  readonly offers: readonly Offer[];
  readonly conversations: readonly Conversation[];
  readonly partial: boolean;
  readonly caller?: Caller | null;
  readonly context?: Readonly<Record<string, string>> | null;
  readonly recording: { readonly kind: string; readonly bytes: number } | null;
}

export interface Search {
  readonly from: string;
  readonly to: string;
  readonly queue: string;
  readonly agent: string;
  readonly outcome: string;
}

export const NOTHING: Search = { from: "", to: "", queue: "", agent: "", outcome: "" };

export function addressOf(search: Search, after: number | null, limit = 100): string {
  const asked = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(search)) if (value !== "") asked.set(name, value as string);
  if (after !== null) asked.set("after", String(after));
  return `/v1/history?${asked.toString()}`;
}

/** "german 5, billing 3" */
export function skillsText(requirement: Readonly<Record<string, number>>): string {
  return Object.entries(requirement)
    .map(([skill, level]) => `${skill} ${level}`)
    .join(", ");
}

/** A moment's mark, by what it is about. */
export function markOf(kind: string): string {
  if (kind.startsWith("offer")) return "offer";
  if (/(connected|held|resumed|connection|disposed|shared|wrap_up)/.test(kind)) return "talk";
  if (/(ended|refused|closing|abandoned)/.test(kind)) return "end";
  return "wait";
}
