// The resume token of this tab: a reload takes the place up again within the grace.

import type { Media } from "../protocol/session.ts";

const KEY = "cordpair-help";

export interface Resume {
  readonly contact: string;
  readonly url: string;
  readonly token: string;
  readonly media: Media;
  /** Until when it is worth trying, milliseconds since 1970. */
  readonly until: number;
  readonly talking?: boolean;
}

export function keepResume(resume: Resume): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(resume));
  } catch {
    // a browser that stores nothing loses the place on reload, no more
  }
}

export function dropResume(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing was stored either
  }
}

export function storedResume(now: number): Resume | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Partial<Resume> | null;
    if (typeof stored?.url !== "string" || typeof stored.token !== "string" || !(Number(stored.until) > now))
      return null;
    return {
      contact: stored.contact ?? "",
      url: stored.url,
      token: stored.token,
      media: stored.media === "video" ? "video" : "audio",
      until: Number(stored.until),
      talking: stored.talking === true,
    };
  } catch {
    return null;
  }
}

const claimed = new Set<string>();

/** Frames of one origin share what is stored: one of them has the customer, for as long as its page lives. */
export async function claim(contact: string): Promise<boolean> {
  if (claimed.has(contact) || !("locks" in navigator)) return true;
  return new Promise((resolve) => {
    const held = () => {
      claimed.add(contact);
      resolve(true);
      return new Promise<void>(() => undefined);
    };
    // The page before this one may not have let go yet.
    const signal = AbortSignal.timeout(1500);
    navigator.locks.request(`cordpair-help:${contact}`, { signal }, held).catch(() => resolve(false));
  });
}
