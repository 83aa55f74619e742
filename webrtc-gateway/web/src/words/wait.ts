// How a place and a wait are put into words. A range in whole minutes; seconds would pretend to know.

import type { Wait } from "../protocol/session.ts";
import type { HelpKey } from "./help-en.ts";
import { say, type Words } from "./words.ts";

export function placeText(words: Words<HelpKey>, place: number | null): string {
  if (place === null || place < 1) return "";
  return place === 1 ? say(words, "place_next") : say(words, "place", { place });
}

export function waitText(words: Words<HelpKey>, wait: Wait | null): string {
  if (!wait) return say(words, "wait_unknown");
  const least = Math.floor(wait.least_s / 60);
  const most = Math.max(1, Math.ceil(wait.most_s / 60));
  if (wait.most_s < 60) return say(words, "wait_under_minute");
  if (least < 1) return say(words, "wait_under", { most });
  return say(words, "wait_range", { least, most: Math.max(most, least + 1) });
}
