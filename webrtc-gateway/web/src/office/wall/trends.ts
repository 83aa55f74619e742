// The day in curves, of all queues or of the one that was chosen. What the reports do not tell is not drawn.

import { Curves } from "../curves.ts";
import type { Api } from "../page.ts";
import type { Texts } from "./room.ts";
import { type ReportLine, type Series, seriesOf } from "./series.ts";

const AGAIN_MS = 60_000;

export class Trends {
  private queue = "";
  private asked = 0;
  private readonly curves: Curves;
  private readonly again = setInterval(() => void this.ask(), AGAIN_MS);

  constructor(
    host: HTMLElement,
    private readonly api: Api,
    private readonly text: Texts,
  ) {
    this.curves = new Curves(host, { time: text.say("time"), moment: (at) => text.time(at * 1000) });
    void this.ask();
  }

  show(queue: string): void {
    if (queue === this.queue) return;
    this.queue = queue;
    void this.ask();
  }

  end(): void {
    clearInterval(this.again);
    this.asked++;
    this.curves.end();
  }

  private async ask(): Promise<void> {
    const mine = ++this.asked;
    const by = this.queue ? "interval,queue" : "interval";
    const found = await this.api
      .get<{ lines?: readonly ReportLine[] }>(`/v1/reports?by=${by}`)
      .catch(() => ({ lines: [] }));
    if (mine !== this.asked) return;
    const lines = (found.lines ?? []).filter((line) => !this.queue || line.by["queue"] === this.queue);
    this.draw(seriesOf(lines));
  }

  private draw({ times, offered, answered, abandoned, level }: Series): void {
    const say = (key: "offered" | "answered" | "abandoned" | "service_level") => this.text.say(key);
    this.curves.show([
      {
        title: this.text.say("chart_contacts"),
        times,
        curves: [
          { label: say("offered"), colour: "--accent", values: offered },
          { label: say("answered"), colour: "--go", dash: [6, 4], values: answered },
          { label: say("abandoned"), colour: "--danger", dash: [2, 3], values: abandoned },
        ],
      },
      {
        title: this.text.say("chart_level"),
        times,
        curves: [{ label: say("service_level"), colour: "--go", values: level }],
        most: 100,
      },
    ]);
  }
}
