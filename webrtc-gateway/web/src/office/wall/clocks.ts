// Running times. The rows say only since when; the text is written here once a second, so no row is drawn for it.

import { clockText } from "../../words/clock.ts";

/** 0:05, 12:07, 1:02:07, 3 d 4 h: as short as it can be told apart. `isShort`: 1 h 02. */
export function runningText(ms: number, isShort = false): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours && isShort) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return clockText(ms);
}

/** Writes every running time under `host`, `now` by the engine's clock. Elements: `<span class="clock" data-since=ms>`. */
export function tick(host: ParentNode, now: number): void {
  for (const element of host.querySelectorAll<HTMLElement>("[data-since]")) {
    const since = Number(element.dataset["since"]);
    const text = since ? runningText(now - since, "short" in element.dataset) : "";
    if (element.textContent !== text) element.textContent = text;
  }
}
