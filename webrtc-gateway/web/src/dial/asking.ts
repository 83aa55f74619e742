// Asks for a call, and what becomes of it: at the page's own server, or at Cordpair's call URL with a key for nothing else.

export interface Call {
  readonly id: string;
  readonly state: "ringing_agent" | "ringing_customer" | "connected" | "ended";
  readonly agent_result: string;
  readonly customer_result: string;
}

export interface Asker {
  place(number: string): Promise<Call>;
  look(id: string): Promise<Call>;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const WAIT_S = "1"; // of one question: an answer comes earlier when both have answered
const ANSWER_MS = 15_000;

/** The page's own server passes on to `POST /v1/calls` and `GET /v1/calls/{id}`, with a key that the page never sees. */
export function ownServer(url: string): Asker {
  const headers = { Accept: "application/json", "X-Requested-With": "cordpair-dial" };
  const ask = (
    address: string,
    more: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Call> =>
    answer(address, { credentials: "same-origin", ...more, headers: { ...headers, ...more.headers } });
  return {
    place: (number) =>
      ask(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ to: number, key: crypto.randomUUID() }),
      }),
    look: (id) => ask(`${url.replace(/\/$/, "")}/${encodeURIComponent(id)}?wait=${WAIT_S}`, {}),
  };
}

/** The key is in a header, so that it is in no address; never with cookies. */
export function callUrl(url: string, key: string, source: string): Asker {
  const ask = (fields: Record<string, string>): Promise<Call> =>
    answer(url, {
      method: "POST",
      credentials: "omit",
      mode: "cors",
      headers: { Accept: "application/json", Authorization: `Bearer ${key}` },
      body: new URLSearchParams(fields),
    });
  return {
    place: (number) => ask(source ? { src: source, dst: number } : { dst: number }),
    look: (id) => ask({ call: id, wait: WAIT_S }),
  };
}

async function answer(address: string, init: RequestInit): Promise<Call> {
  const reply = await fetch(address, {
    ...init,
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const said: unknown = await reply.json().catch(() => null);
  if (reply.ok && isCall(said)) return said;
  throw new Refused(reply.status, messageOf(said));
}

function isCall(said: unknown): said is Call {
  if (typeof said !== "object" || said === null) return false;
  const { id, state } = said as Partial<Call>;
  return typeof id === "string" && typeof state === "string";
}

function messageOf(said: unknown): string {
  const error = (said as { error?: { message?: unknown } } | null)?.error;
  return typeof error?.message === "string" ? error.message.slice(0, 200) : "";
}
