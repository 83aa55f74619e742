// How queues are laid out on a television: as many to a screen as can be read from across the room. Pure.

export interface Screens<Row> {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly pages: number;
  readonly columns: number;
}

export const MOST = 6;
export const TURN_MS = 12_000;

/** `turn`: how often was turned so far. The screens are filled evenly: 7 queues are 4 and 3. */
export function screenOf<Row>(rows: readonly Row[], turn: number, upright: boolean): Screens<Row> {
  const pages = Math.max(1, Math.ceil(rows.length / MOST));
  const each = Math.ceil(rows.length / pages);
  const page = turn % pages;
  const shown = rows.slice(page * each, (page + 1) * each);
  const across = each <= 1 ? 1 : each <= 4 ? 2 : 3;
  return { rows: shown, page, pages, columns: upright ? Math.min(across, 1 + Number(each > 3)) : across };
}
