// The resume token of this tab: a reload takes the place up again within the grace.

import type { Media } from "../protocol/session.ts";

const KEY = "cordpair-help";

export interface Resume {
  readonly url: string;
  readonly token: string;
  readonly media: Media;
  /** Until when it is worth trying, milliseconds since 1970. */
  readonly until: number;
  readonly minimised?: boolean;
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
      url: stored.url,
      token: stored.token,
      media: stored.media === "video" ? "video" : "audio",
      until: Number(stored.until),
    };
  } catch {
    return null;
  }
}
