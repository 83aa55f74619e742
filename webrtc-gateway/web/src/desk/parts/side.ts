// Beside the work: the own figures and the queues.

import { html, nothing } from "lit";
import { deskEn, type DeskKey } from "../../words/desk-en.ts";
import { clockText } from "../../words/clock.ts";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";

export function side({ desk, words }: Room) {
  const others = desk.agents.filter(({ agent }) => agent !== desk.agent);
  const label = (name: string) => (`fig_${name}` in deskEn ? say(words, `fig_${name}` as DeskKey) : name);
  const figure = ([name, value]: [string, number]) =>
    html`<div>
      <dt>${label(name)}</dt>
      <dd>${name.endsWith("_s") ? clockText(value * 1000) : value}</dd>
    </div>`;
  return html`<aside>
    <section class="sheet" aria-labelledby="figures-title">
      <h3 id="figures-title">${say(words, "figures")}</h3>
      <dl class="figures" id="figures">${Object.entries(desk.figures).map(figure)}</dl>
    </section>
    <section class="sheet" aria-labelledby="queues-title">
      <h3 id="queues-title">${say(words, "queues")}</h3>
      <ul class="queues" id="queues">
        ${desk.queues.map(
          ({ name, waiting }) =>
            html`<li class=${waiting ? "busy" : ""}>
              <span>${name}</span>
              <span>${waiting ? say(words, "waiting", { count: waiting }) : say(words, "nobody")}</span>
            </li>`,
        )}
      </ul>
    </section>
    ${
      others.length
        ? html`<section class="sheet" aria-labelledby="agents-title">
            <h3 id="agents-title">${say(words, "agents")}</h3>
            <ul class="queues">
              ${others.map(
                ({ name, state }) =>
                  html`<li><span>${name}</span><span>${say(words, `state_${state}` as DeskKey)}</span></li>`,
              )}
            </ul>
          </section>`
        : nothing
    }
  </aside>`;
}
