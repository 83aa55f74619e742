// The figures: some of them large, and all lines in a table that can be put in another order.

import { html, nothing } from "lit";
import { columns, HEAD, type Line, ordered, type Report } from "../report.ts";
import { named, type Room, word } from "../room.ts";

// More than a person reads, and than a browser draws at once; the files have them all.
const MOST = 2000;

export function head(room: Room, report: Report) {
  const there = HEAD.filter((name) => name in report.units && name in report.total);
  return html`<dl class="head">
    ${there.map(
      (name) =>
        html`<div id="total-${name}">
          <dt>${named(room, "m", name)}</dt>
          <dd>${room.figures.measure(report.total[name], report.units[name] ?? "count")}</dd>
        </div>`,
    )}
  </dl>`;
}

export function table(room: Room, report: Report) {
  if (!report.lines.length) return html`<p class="empty-report">${word(room, "nothing")}</p>`;
  const names = columns(report, room.all);
  const lines = ordered(report.lines, room.order);
  return html`<div class="tools">
      <label class="tick"
        ><input
          type="checkbox"
          name="all"
          .checked=${room.all}
          @change=${(event: Event) => room.showAll((event.target as HTMLInputElement).checked)}
        />${word(room, "all_figures")}</label
      >
    </div>
    <div class="scroll" tabindex="0" role="region" aria-label=${word(room, "title")}>
      <table id="lines">
        <thead>
          <tr>
            ${report.by.map((each) => heading(room, each, each in timeWords ? named(room, "time", each) : named(room, "by", each)))}
            ${names.map((each) => heading(room, each, named(room, "m", each)))}
          </tr>
        </thead>
        <tbody>
          ${lines.slice(0, MOST).map((line) => row(room, report, line, names))}
        </tbody>
        <tfoot>
          <tr>
            ${report.by.map((_, number) => html`<th scope="row">${number ? nothing : word(room, "total")}</th>`)}
            ${names.map((name) => html`<td>${room.figures.measure(report.total[name], report.units[name] ?? "count")}</td>`)}
          </tr>
        </tfoot>
      </table>
    </div>`;
}

const timeWords = { interval: 1, hour: 1, day: 1, week: 1 };

function heading(room: Room, column: string, text: string) {
  const { order } = room;
  const sorted = order?.column === column ? (order.down ? "descending" : "ascending") : "none";
  return html`<th scope="col" aria-sort=${sorted}>
    <button class="sort" @click=${() => room.sort(column)}>${text}</button>
  </th>`;
}

function row(room: Room, report: Report, line: Line, names: readonly string[]) {
  return html`<tr>
    ${report.by.map((each) => html`<th scope="row">${room.figures.place(each, line.by[each] ?? "")}</th>`)}
    ${names.map((name) => html`<td>${room.figures.measure(line.measures[name], report.units[name] ?? "count")}</td>`)}
  </tr>`;
}
