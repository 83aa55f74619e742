// Figures over time as curves, side by side where there is room. The same figures stand in a table or beside them as
// text: a canvas tells nothing to who cannot see it.

import uPlot from "uplot";

const HEIGHT = 170;
const GAP = 16;
const TWO_FROM = 700;
const FEW = 12;

export interface Curve {
  readonly label: string;
  /** A colour of the style sheet, such as "--accent". */
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface Chart {
  readonly title: string;
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly curves: readonly Curve[];
  /** Largest value of the axis; without it, as large as the curves need. */
  readonly most?: number;
}

export interface ChartTexts {
  readonly time: string;
  moment(seconds: number): string;
}

export class Curves {
  private drawn: uPlot[] = [];
  private charts: readonly Chart[] = [];
  private readonly sizes = new ResizeObserver(() => this.fit());
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");
  private readonly redraw = () => this.draw();

  constructor(
    private readonly host: HTMLElement,
    private readonly text: ChartTexts,
  ) {
    this.sizes.observe(host);
    this.scheme.addEventListener("change", this.redraw);
  }

  show(charts: readonly Chart[]): void {
    this.charts = charts;
    this.draw();
  }

  end(): void {
    this.sizes.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
    this.clear();
  }

  private clear(): void {
    for (const chart of this.drawn) chart.destroy();
    this.drawn = [];
  }

  private draw(): void {
    this.clear();
    const there = this.charts.filter(({ times, curves }) => times.length > 1 && curves.length > 0);
    this.host.hidden = there.length === 0;
    this.drawn = this.host.hidden ? [] : there.map((chart) => this.one(chart, there.length));
  }

  private one({ title, times, curves, most }: Chart, count: number): uPlot {
    const axis = {
      stroke: this.colour("--soft"),
      grid: { stroke: this.colour("--line"), width: 1 },
      ticks: { stroke: this.colour("--line"), width: 1 },
    };
    const moment = (at: number | null) => (at ? this.text.moment(at) : "–");
    const series = curves.map(({ label, colour, dash }) => ({
      label,
      stroke: this.colour(colour),
      width: 2,
      dash: [...(dash ?? [])],
      points: { show: times.length < FEW },
    }));
    const range: uPlot.Scale.Range = most === undefined ? (_, __, top) => [0, Math.max(4, top * 1.1)] : [0, most];
    return new uPlot(
      {
        title,
        width: this.width(count),
        height: HEIGHT,
        series: [{ label: this.text.time, value: (_, at) => moment(at) }, ...series],
        axes: [
          { ...axis, values: (_, moments) => moments.map(moment) },
          { ...axis, size: 44 },
        ],
        scales: { y: { range } },
        cursor: { y: false },
      },
      [[...times], ...curves.map(({ values }) => [...values])],
      this.host,
    );
  }

  private width(count: number): number {
    const whole = this.host.clientWidth;
    return Math.max(240, count > 1 && whole >= TWO_FROM ? (whole - GAP) / 2 : whole);
  }

  private fit(): void {
    for (const chart of this.drawn) chart.setSize({ width: this.width(this.drawn.length), height: HEIGHT });
  }

  private colour(name: string): string {
    const style = getComputedStyle(this.host);
    return style.getPropertyValue(name).trim() || style.color;
  }
}
