// A report by quarters of an hour → what the charts draw. Pure.

export interface ReportLine {
  readonly by: Readonly<Record<string, string>>;
  readonly measures: Readonly<Record<string, number | null>>;
}

/** Moments in seconds, as the charts want them; then one list of figures for each curve. */
export interface Series {
  readonly times: number[];
  readonly offered: (number | null)[];
  readonly answered: (number | null)[];
  readonly abandoned: (number | null)[];
  readonly level: (number | null)[];
}

const QUARTER_S = 900;

/** In order; a quarter in which nothing was counted has none of anything, not the figures of its neighbours. */
export function seriesOf(lines: readonly ReportLine[]): Series {
  const found: Series = { times: [], offered: [], answered: [], abandoned: [], level: [] };
  const known = lines
    .map(({ by, measures }) => ({ time: Date.parse(by["interval"] ?? "") / 1000, measures }))
    .filter(({ time }) => Number.isFinite(time))
    .sort((a, b) => a.time - b.time);
  let next: number | null = null;
  for (const { time, measures } of known) {
    for (let gap: number = next ?? time; gap < time; gap += QUARTER_S) put(found, gap, {});
    put(found, time, measures);
    next = time + QUARTER_S;
  }
  return found;
}

function put(series: Series, time: number, measures: ReportLine["measures"]): void {
  const level = measures["service_level"];
  series.times.push(time);
  series.offered.push(measures["offered"] ?? 0);
  series.answered.push(measures["answered"] ?? 0);
  series.abandoned.push(measures["abandoned"] ?? 0);
  series.level.push(level === null || level === undefined ? null : level * 100);
}
