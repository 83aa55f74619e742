// The API for pages of ours: the cookie goes along by itself, the token against foreign pages is put in here.

import { type Api, ApiProblem, type Problem } from "./page.ts";

const ANSWER_MS = 40_000;

interface Refusal {
  readonly error?: { readonly code?: string; readonly message?: string; readonly problems?: readonly Problem[] };
}

export interface ApiListener {
  /** Nobody is signed in any more. */
  readonly ended: () => void;
  readonly csrf: () => string;
}

export class HttpApi implements Api {
  constructor(private readonly listener: ApiListener) {}

  async get<T>(path: string): Promise<T> {
    return (await (await this.ask("GET", path)).json()) as T;
  }

  async text(path: string): Promise<string> {
    return (await this.ask("GET", path)).text();
  }

  async send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  private async ask(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = {};
    if (method !== "GET") headers["X-CSRF-Token"] = this.listener.csrf();
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer: Response;
    try {
      answer = await fetch(path, {
        method,
        headers,
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ApiProblem(0, "unreachable", "");
    }
    if (answer.ok) return answer;
    if (answer.status === 401) this.listener.ended();
    throw await problemOf(answer);
  }
}

export async function problemOf(answer: Response): Promise<ApiProblem> {
  const body = (await answer.json().catch(() => null)) as Refusal | null;
  const { code, message, problems } = body?.error ?? {};
  return new ApiProblem(answer.status, code ?? "unknown", message ?? answer.statusText, problems ?? [], body);
}
