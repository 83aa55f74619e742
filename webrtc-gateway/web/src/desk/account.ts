// Signing in and out: plain requests; the session itself is a cookie that this code never sees.

import type { SignInError } from "./state.ts";

export interface Who {
  readonly agent: string;
  readonly name: string;
  readonly csrf: string;
  readonly oidc?: string;
}

/** `oidc`: where those go who have an account of the house. */
export type SignIn = { readonly who: Who } | { readonly error: SignInError; readonly oidc?: string };

export async function whoAmI(): Promise<SignIn> {
  return ask(() => fetch("/v1/me"), "");
}

export async function signIn(name: string, password: string): Promise<SignIn> {
  const body = JSON.stringify({ name, password });
  return ask(
    () => fetch("/v1/sign-in", { method: "POST", headers: { "Content-Type": "application/json" }, body }),
    "wrong",
  );
}

export async function signOut(csrf: string): Promise<void> {
  await fetch("/v1/sign-out", { method: "POST", headers: { "X-CSRF-Token": csrf } }).catch(() => undefined);
}

async function ask(request: () => Promise<Response>, refused: SignInError): Promise<SignIn> {
  try {
    const answer = await request();
    if (answer.ok) return { who: (await answer.json()) as Who };
    if (answer.status === 429) return { error: "many" };
    if (answer.status !== 401 && answer.status !== 403) return { error: "unreachable" };
    const { oidc } = (await answer.json()) as { oidc?: string };
    return oidc ? { error: refused, oidc } : { error: refused };
  } catch {
    return { error: "unreachable" };
  }
}
