// Which rows of a long list are drawn: those in sight, and a few beyond, so that scrolling shows no gap. Pure.

const BEYOND = 6;

export interface Span {
  readonly first: number;
  readonly last: number;
}

/** `last` is not drawn any more. */
export function spanOf(scrolled: number, height: number, row: number, count: number): Span {
  if (row <= 0 || count <= 0) return { first: 0, last: Math.min(count, 50) };
  const most = Math.max(0, count * row - height);
  const top = Math.min(Math.max(0, scrolled), most);
  const first = Math.max(0, Math.floor(top / row) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / row) + BEYOND);
  return { first, last };
}
