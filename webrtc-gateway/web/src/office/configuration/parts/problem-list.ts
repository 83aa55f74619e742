// All that is wrong, each leading to its field.

import { html, type TemplateResult } from "lit";
import type { Room } from "../room.ts";

export function problemList(room: Room): TemplateResult {
  const { all } = room.state.problems;
  return html`<section class="entry">
    <header><h2 id="entry-title" tabindex="-1">${room.t("problems")}</h2></header>
    ${all.length === 0 ? html`<p class="none">${room.t("no_problems")}</p>` : html`<p class="help">${room.t("problems_help")}</p>`}
    <ul class="problem-list">
      ${all.map(
        (problem) =>
          html`<li>
            <button type="button" @click=${() => room.lead(problem.place)}>
              <span class="mark ${problem.severity}"
                >${room.t(problem.severity === "error" ? "error" : "warning")}</span
              >
              <code>${problem.path}</code>
              <span>${problem.message}</span>
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}
