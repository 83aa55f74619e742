// Whom the contact was offered to, and why them: who was eligible, in which order, and who was not asked.

import { html, nothing } from "lit";
import type { ReportsWords } from "../../../words/reports-languages.ts";
import type { Figures } from "../../reports/figures.ts";
import { word } from "../../reports/room.ts";
import { type Offer, skillsText, type Why } from "../story.ts";

interface Room {
  readonly words: ReportsWords;
}

export function offers(room: Room, figures: Figures, all: readonly Offer[]) {
  return html`<section id="offers">
    <h2>${word(room, "offers")}</h2>
    ${all.map(
      (each) =>
        html`<details class="offer" data-agent=${each.agent}>
          <summary>
            <strong>${each.agent}</strong> ${figures.moment(each.made_at)} · ${each.queue} · ${each.strategy} ·
            ${each.outcome ?? "…"}
          </summary>
          ${each.why ? why(room, figures, each, each.why) : html`<p class="soft">${word(room, "unknown_why")}</p>`}
        </details>`,
    )}
  </section>`;
}

function why(room: Room, figures: Figures, offer: Offer, found: Why) {
  const skills = skillsText(found.requirement);
  const others = Object.entries(found.others);
  return html`<p>
      ${word(room, "why_line", {
        waited: figures.measure(found.waited, "seconds"),
        available: offer.available,
        waiting: offer.waiting,
      })}${skills ? html`; ${word(room, "requires", { skills })}` : nothing}
    </p>
    <ol>
      ${found.candidates.map(
        ({ agent, chosen, passed_over }) =>
          html`<li>
            ${agent}:
            ${chosen ? html`<strong>${word(room, "chosen")}</strong>` : word(room, "passed_over", { why: passed_over.join(", ") })}
          </li>`,
      )}
    </ol>
    ${others.length ? html`<p class="soft">${word(room, "others")}: ${others.map(([reason, count]) => `${reason} (${count})`).join(", ")}</p>` : nothing}`;
}
