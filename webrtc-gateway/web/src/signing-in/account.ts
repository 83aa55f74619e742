// Signing in and out: plain requests; the session itself is a cookie that this code never sees.

import type { Me } from "../office/page.ts";

export type SignInError = "" | "wrong" | "many" | "unreachable" | "house_refused" | "no_agent" | "ended";

/** `oidc`: where those go who have an account of the house. */
export interface Who extends Me {
  readonly oidc?: string;
}

export type SignIn = { readonly who: Who } | { readonly error: SignInError; readonly oidc?: string };

/** The house knows who it is, but here nobody of that name is known: as the gateway leads back to a page. */
const REFUSED = "#refused";

/** After a reload the cookie still says who it is. */
export async function whoAmI(): Promise<SignIn> {
  return ask(() => fetch("/v1/me"), "");
}

/** The same when the page is opened, which may be the end of a way through the house's account. */
export async function whoComes(): Promise<SignIn> {
  const answer = await whoAmI();
  if (location.hash !== REFUSED) return answer;
  history.replaceState(null, "", location.pathname);
  return "error" in answer && answer.error === "" ? { ...answer, error: "house_refused" } : answer;
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
