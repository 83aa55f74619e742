// The day in curves, of all queues or of the one that was chosen. What the reports do not tell is not drawn.

import uPlot from "uplot";
import type { Api } from "../page.ts";
import type { Texts } from "./room.ts";
import { type ReportLine, type Series, seriesOf } from "./series.ts";

const AGAIN_MS = 60_000;
const HEIGHT = 170;

export class Trends {
  private charts: uPlot[] = [];
  private series: Series | null = null;
  private queue = "";
  private asked = 0;
  private readonly again = setInterval(() => void this.ask(), AGAIN_MS);
  private readonly sizes = new ResizeObserver(() => this.fit());
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");
  private readonly redraw = () => this.draw();

  constructor(
    private readonly host: HTMLElement,
    private readonly api: Api,
    private readonly text: Texts,
  ) {
    this.sizes.observe(host);
    this.scheme.addEventListener("change", this.redraw);
    void this.ask();
  }

  show(queue: string): void {
    if (queue === this.queue) return;
    this.queue = queue;
    void this.ask();
  }

  end(): void {
    clearInterval(this.again);
    this.sizes.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
    this.clear();
  }

  private async ask(): Promise<void> {
    const mine = ++this.asked;
    const by = this.queue ? "interval,queue" : "interval";
    const found = await this.api
      .get<{ lines?: readonly ReportLine[] }>(`/v1/reports?by=${by}`)
      .catch(() => ({ lines: [] }));
    if (mine !== this.asked) return;
    const lines = (found.lines ?? []).filter((line) => !this.queue || line.by["queue"] === this.queue);
    this.series = seriesOf(lines);
    this.draw();
  }

  private clear(): void {
    for (const chart of this.charts) chart.destroy();
    this.charts = [];
  }

  private draw(): void {
    this.clear();
    const { series, text } = this;
    this.host.hidden = !series || series.times.length < 2;
    if (!series || this.host.hidden) return;
    const { times, offered, answered, abandoned, level } = series;
    const [ink, call, go, bad] = this.colours("--soft", "--accent", "--go", "--danger");
    const x = { label: text.say("time"), value: (_: uPlot, at: number) => (at ? text.time(at * 1000) : "–") };
    const curve = (label: string, stroke: string, dash: number[] = []) => ({
      label,
      stroke,
      width: 2,
      dash,
      points: { show: times.length < 12 },
    });
    this.charts = [
      this.chart(
        text.say("chart_contacts"),
        ink,
        [
          x,
          curve(text.say("offered"), call),
          curve(text.say("answered"), go, [6, 4]),
          curve(text.say("abandoned"), bad, [2, 3]),
        ],
        [times, offered, answered, abandoned],
      ),
      this.chart(text.say("chart_level"), ink, [x, curve(text.say("service_level"), go)], [times, level], [0, 100]),
    ];
  }

  private chart(
    title: string,
    ink: string,
    series: uPlot.Series[],
    data: uPlot.AlignedData,
    range?: [number, number],
  ): uPlot {
    const [line] = this.colours("--line");
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const values = (_: uPlot, moments: number[]) => moments.map((at) => this.text.time(at * 1000));
    return new uPlot(
      {
        title,
        width: this.width(),
        height: HEIGHT,
        series,
        axes: [
          { ...axis, values },
          { ...axis, size: 44 },
        ],
        scales: range ? { y: { range } } : { y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] } },
        cursor: { y: false },
      },
      data,
      this.host,
    );
  }

  private width(): number {
    const gap = 16;
    const beside = this.host.clientWidth >= 700;
    return Math.max(240, beside ? (this.host.clientWidth - gap) / 2 : this.host.clientWidth);
  }

  private fit(): void {
    for (const chart of this.charts) chart.setSize({ width: this.width(), height: HEIGHT });
  }

  private colours(...names: string[]): [string, string, string, string] {
    const style = getComputedStyle(this.host);
    return names.map((name) => style.getPropertyValue(name).trim() || style.color) as [string, string, string, string];
  }
}
