// Running times. The rows say only since when; the text is written here once a second, so no row is drawn for it.

/** 0:05, 12:07, 1:02:07, 3 d 4 h: as short as it can be told apart. `isShort`: 1 h 02. */
export function runningText(ms: number, isShort = false): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours && isShort) return `${hours} h ${two(minutes % 60)}`;
  if (hours) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

/** Writes every running time under `host`, `now` by the engine's clock. Elements: `<span class="clock" data-since=ms>`. */
export function tick(host: ParentNode, now: number): void {
  for (const element of host.querySelectorAll<HTMLElement>("[data-since]")) {
    const since = Number(element.dataset["since"]);
    const text = since ? runningText(now - since, "short" in element.dataset) : "";
    if (element.textContent !== text) element.textContent = text;
  }
}
