// The configuration's routes. Of their own, because the order of a table's entries must survive the way there and back.

import { ApiProblem, type Office, type Problem as Said } from "../page.ts";
import type { Problem } from "./problems.ts";
import { readShape, type Shape } from "./shape.ts";
import { at, EMPTY, fromJson, isTable, list, type Table, table, text, toJson, type Value } from "./tables.ts";

export interface Revision {
  readonly revision: number;
  readonly at: number;
  readonly author: string;
  readonly changes: readonly string[];
}

export interface InForce {
  readonly revision: number;
  readonly at: number;
  readonly author: string;
  readonly config: Table;
}

export interface Draft {
  readonly base: number;
  readonly at: number;
  readonly config: Table;
}

export interface Checked {
  readonly problems: readonly Problem[];
  readonly changes: readonly string[];
  readonly restart: readonly string[];
}

export interface Applied {
  readonly result: string;
  readonly revision: number;
}

const ROOT = "/v1/configuration";
const DEADLINE_MS = 30_000;
const PAGE = 50;
const OUTLIVES = 60_000; // bytes that browsers send for a page that is gone

export class Calls {
  constructor(private readonly office: Office) {}

  async shape(): Promise<Shape> {
    return readShape(await this.call("GET", `${ROOT}/shape`));
  }

  async inForce(): Promise<InForce> {
    const said = await this.call("GET", ROOT);
    return { ...revisionOf(said), config: table(said, "config") };
  }

  async draft(): Promise<Draft | null> {
    try {
      const said = await this.call("GET", `${ROOT}/draft`);
      if (!isTable(at(said, ["config"]))) return null;
      return { base: number(said, "base"), at: when(said), config: table(said, "config") };
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 404) return null;
      throw problem;
    }
  }

  /** `leaving`: the page is about to go, and the request must outlive it. */
  async keep(base: number, config: Table, leaving = false): Promise<void> {
    const sent = body({ base, config });
    await this.call("PUT", `${ROOT}/draft`, sent, leaving && sent.length < OUTLIVES);
  }

  async discard(): Promise<void> {
    await this.call("DELETE", `${ROOT}/draft`);
  }

  async check(config: Table): Promise<Checked> {
    return checkedOf(await this.call("POST", `${ROOT}/check`, body({ config })));
  }

  async apply(base: number, config: Table): Promise<Applied> {
    return appliedOf(await this.call("POST", `${ROOT}/apply`, body({ base, config })));
  }

  /** The newest first; those before one. */
  async revisions(before?: number): Promise<{ readonly revisions: Revision[]; readonly more: boolean }> {
    const said = await this.call("GET", `${ROOT}/revisions?limit=${PAGE}${before ? `&before=${before}` : ""}`);
    const revisions = list(at(said, ["revisions"])).map(revisionOf);
    return { revisions, more: revisions.length === PAGE };
  }

  async revision(id: number): Promise<Revision & { readonly text: string }> {
    const said = await this.call("GET", `${ROOT}/revisions/${id}`);
    return { ...revisionOf(said), text: text(at(said, ["text"])) };
  }

  /** The tables of a revision. */
  async tablesOf(id: number): Promise<Table> {
    return (await this.import((await this.revision(id)).text)).config;
  }

  async rollBack(id: number, base: number): Promise<Applied> {
    return appliedOf(await this.call("POST", `${ROOT}/revisions/${id}/roll-back`, body({ base })));
  }

  export(): Promise<string> {
    return this.office.api.text(`${ROOT}/export`);
  }

  async import(toml: string): Promise<Checked & { readonly config: Table }> {
    const said = await this.call("POST", `${ROOT}/import`, body({ text: toml }));
    return { ...checkedOf(said), config: table(said, "config") };
  }

  /** The one-time link by which somebody chooses a password. */
  async passwordLink(name: string): Promise<string> {
    const said = await this.call("POST", `/v1/people/${encodeURIComponent(name)}/password-reset`);
    return new URL(text(at(said, ["link"])), location.origin).href;
  }

  private async call(method: string, path: string, sent?: string, keepalive = false): Promise<Value> {
    const answer = await fetch(path, {
      method,
      headers: {
        "X-CSRF-Token": this.office.me.csrf,
        ...(sent === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: sent ?? null,
      keepalive,
      signal: AbortSignal.timeout(DEADLINE_MS),
    }).catch(() => null);
    if (!answer) throw new ApiProblem(0, "offline", "");
    const said = await answer.text();
    if (answer.ok) return said ? fromJson(said) : EMPTY;
    if (answer.status === 401) void this.office.api.get("/v1/me").catch(() => undefined); // the office asks who it is
    throw problemOf(answer.status, said);
  }
}

function problemOf(status: number, said: string): ApiProblem {
  try {
    const read = fromJson(said);
    const error = table(read, "error");
    const found: Said[] = list(error.get("problems")).map(problem);
    return new ApiProblem(status, text(error.get("code")), text(error.get("message")), found, read);
  } catch {
    return new ApiProblem(status, "", said.slice(0, 200));
  }
}

/** What was applied since, as a conflict tells it. */
export function sinceOf(problem: ApiProblem): Revision[] {
  const said = problem.body as Value;
  return list(at(said, ["error", "since"])).map(revisionOf);
}

const body = (fields: Record<string, Value>): string => toJson(new Map(Object.entries(fields)));
const words = (value: Value | undefined): string[] =>
  list(value).map((item) => (typeof item === "string" ? item : toJson(item)));

function number(said: Value, key: string): number {
  const found = at(said, [key]);
  return typeof found === "number" ? found : 0;
}

const when = (said: Value): number => Date.parse(text(at(said, ["at"])));

function revisionOf(said: Value): Revision {
  return {
    revision: number(said, "revision"),
    at: when(said),
    author: text(at(said, ["author"])),
    changes: words(at(said, ["changes"])),
  };
}

function problem(said: Value): Problem {
  const severity = text(at(said, ["severity"])) === "warning" ? "warning" : "error";
  return { path: text(at(said, ["path"])), message: text(at(said, ["message"])), severity };
}

function checkedOf(said: Value): Checked {
  return {
    problems: list(at(said, ["problems"])).map(problem),
    changes: words(at(said, ["changes"])),
    restart: words(at(said, ["needs_restart"])),
  };
}

const appliedOf = (said: Value): Applied => ({
  result: text(at(said, ["result"])),
  revision: number(said, "revision"),
});
