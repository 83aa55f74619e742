// How long to wait before the next try. The jitter spreads a thousand browsers after a gateway's restart.

const FIRST_MS = 400;
const MOST_MS = 8000;

/** `tries` failed so far (0, 1, …); `draw` is a random number in [0, 1). */
export function backoffMs(tries: number, draw: number): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** tries);
  return Math.round(ceiling / 2 + (ceiling / 2) * draw);
}
