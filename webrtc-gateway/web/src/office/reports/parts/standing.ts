// How far the figures can be trusted: as of when, and whether three ways of counting agree.

import { html, nothing } from "lit";
import type { Reconciled, Report } from "../report.ts";
import { named, type Room, word } from "../room.ts";

export function standing(room: Room, report: Report) {
  const { figures } = room;
  const wrong = [...(report.reconciled?.agrees === false ? [report.reconciled] : []), ...report.disagreements];
  const { policy } = report;
  return html`<p class="standing">
      ${verdict(room, report.reconciled, wrong.length > 0 || report.differences.length > 0)}
      <span>${word(room, "as_of", { time: figures.moment(report.as_of), zone: report.zone })}</span>
      <span
        >${word(room, "definitions", {
          level: named(room, "sl", policy.service_level),
          threshold: policy.threshold_s,
          occupancy: named(room, "occ", policy.occupancy),
        })}
        ${policy.short_abandon_s ? word(room, "short", { seconds: policy.short_abandon_s }) : nothing}</span
      >
    </p>
    ${
      report.complete_from === null
        ? nothing
        : html`<p class="notice" role="note">
            ${word(room, "incomplete", { time: figures.moment(report.complete_from) })}
          </p>`
    }
    ${wrong.length || report.differences.length ? differences(room, report, wrong) : nothing}`;
}

function verdict(room: Room, reconciled: Reconciled | null, wrong: boolean) {
  if (wrong) {
    const time = room.figures.hour(reconciled?.at ?? null);
    return html`<strong class="verdict bad" id="verdict">✗ ${word(room, "disagrees", { time })}</strong>`;
  }
  if (!reconciled) return html`<span class="verdict" id="verdict">${word(room, "not_reconciled")}</span>`;
  const time = room.figures.hour(reconciled.at);
  return html`<strong class="verdict good" id="verdict">✓ ${word(room, "agrees", { time })}</strong>`;
}

function differences(room: Room, report: Report, wrong: readonly Reconciled[]) {
  const cell = (value: number | null) => html`<td>${value ?? "–"}</td>`;
  return html`<details open class="differences">
    <summary>${word(room, "differences")}</summary>
    <table>
      <thead>
        <tr>
          <th>${word(room, "time")}</th>
          <th>${word(room, "by_queue")}</th>
          <th>${word(room, "figure")}</th>
          <th>${word(room, "live")}</th>
          <th>${word(room, "stored")}</th>
          <th>${word(room, "journal")}</th>
        </tr>
      </thead>
      <tbody>
        ${wrong.flatMap((each) =>
          each.differences.map(
            (one) =>
              html`<tr>
                <th>${room.figures.moment(each.start)}</th>
                <td>${one.queue}</td>
                <td>${one.figure}</td>
                ${cell(one.live)} ${cell(one.stored)} ${cell(one.journal)}
              </tr>`,
          ),
        )}
        ${report.differences.map(
          (one) =>
            html`<tr>
              <th>${room.figures.moment(report.as_of)}</th>
              <td>${one.queue}</td>
              <td>${one.figure}</td>
              ${cell(one.kept)} ${cell(one.counted)} ${cell(null)}
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
