// The ticket: given by the page, or asked for at the portal's own address when the button is pressed.

import type { Media, Ticket } from "../protocol/session.ts";

export type TicketAnswer = { readonly ticket: Ticket } | { readonly closed: boolean };

export interface TicketQuestion {
  readonly page: string;
  readonly media: Media;
  readonly locale: string;
  readonly reason: string;
}

/** Accepts the ticket as an object or as JSON in an attribute. */
export function readTicket(value: unknown): Ticket | null {
  const given = typeof value === "string" && value ? tryJson(value) : value;
  if (typeof given !== "object" || given === null) return null;
  const { session_token, session_url } = given as Partial<Ticket>;
  if (typeof session_token !== "string" || typeof session_url !== "string") return null;
  return /^wss?:/.test(session_url) ? (given as Ticket) : null;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** POSTs to the portal; its server asks the gateway. Cookies go to the portal's own origin only, as `fetch` does by itself. */
export async function askTicket(url: string, question: TicketQuestion): Promise<TicketAnswer> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(question),
    });
    if (answer.status === 409) return { closed: true };
    const ticket = answer.ok ? readTicket(await answer.json()) : null;
    return ticket ? { ticket } : { closed: false };
  } catch {
    return { closed: false };
  }
}
