// What may be done to an agent or a contact: which request that is, and what is said of it. Pure.

import type { WallKey } from "../../../words/wall-en.ts";
import { stageOf } from "../lists.ts";
import type { AgentRow, ContactRow } from "../rows.ts";

/** Ahead of everybody: priority is a head start, and a day is the longest. */
export const NEXT_S = 86_400;

export type AgentAction = "ready" | "not_ready" | "end_wrap_up" | "sign_out";
export type ContactAction = "serve_next" | "transfer" | "hang_up";

export interface Request {
  readonly method: "POST" | "PATCH";
  readonly path: string;
  readonly body: unknown;
  readonly done: WallKey;
}

export function agentActions({ state }: AgentRow): AgentAction[] {
  if (state === "signed_out") return []; // at which phone they are only they know
  const found: AgentAction[] = [];
  if (state === "not_ready" || state === "delayed") found.push("ready");
  if (state === "wrap_up") found.push("end_wrap_up");
  if (state !== "not_ready") found.push("not_ready");
  return [...found, "sign_out"];
}

export function contactActions(row: ContactRow): ContactAction[] {
  const stage = stageOf(row);
  if (row.state === "connected") return ["transfer", "hang_up"];
  if (row.state === "closing") return [];
  return stage === "waiting" && row.queue && row.head_start < NEXT_S ? ["serve_next", "hang_up"] : ["hang_up"];
}

const AGENT_PATHS: Readonly<Record<AgentAction, string>> = {
  ready: "ready",
  not_ready: "not-ready",
  end_wrap_up: "wrap-up-done",
  sign_out: "sign-out",
};

export function agentRequest(agent: string, action: AgentAction, reason: string): Request {
  return {
    method: "POST",
    path: `/v1/agents/${encodeURIComponent(agent)}/${AGENT_PATHS[action]}`,
    body: action === "not_ready" ? { reason } : {},
    done: `done_${action}`,
  };
}

/** `to`: of a transfer, "queue:billing" or "agent:anna". */
export function contactRequest(contact: string, action: ContactAction, to: string): Request {
  const path = `/v1/contacts/${encodeURIComponent(contact)}`;
  if (action === "serve_next") return { method: "PATCH", path, body: { head_start: NEXT_S }, done: "done_serve_next" };
  if (action === "hang_up") return { method: "POST", path: `${path}/hang-up`, body: {}, done: "done_hang_up" };
  const [kind = "queue", ...name] = to.split(":");
  return { method: "POST", path: `${path}/transfer`, body: { [kind]: name.join(":") }, done: "done_transfer" };
}
