// The line above everything: what state the draft is in, and what can be done with the whole of it.

import { html, nothing, type TemplateResult } from "lit";
import { localeOf } from "../../locale.ts";
import type { Room } from "../room.ts";
import { dialog } from "./dialog.ts";
import { mark } from "./sections.ts";

export interface Whole {
  export(): void;
  import(file: File): void;
}

export function bar(room: Room, open: string, whole: Whole): TemplateResult {
  const { session } = room;
  const tab = (place: string, label: string) =>
    html`<button
      class="quiet small"
      type="button"
      aria-current=${open === place ? "page" : nothing}
      @click=${() => room.go(place)}
    >
      ${label}
    </button>`;
  const pick = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) whole.import(file);
    input.value = "";
  };
  return html`<header class="configuration-bar">
    <div class="status" role="status">${status(room)}</div>
    <div class="buttons">
      ${tab("history", room.t("history"))}
      <button class="quiet small" type="button" @click=${() => whole.export()}>${room.t("export")}</button>
      ${
        session.mayEdit
          ? html`<label class="button quiet small"
                >${room.t("import")}<input
                  class="unseen"
                  id="import"
                  type="file"
                  accept=".toml,text/plain"
                  @change=${pick}
              /></label>
              ${
                session.isChanged
                  ? html`<button
                      class="quiet small danger-text"
                      type="button"
                      @click=${() => room.set({ asks: "discard" })}
                    >
                      ${room.t("discard")}
                    </button>`
                  : nothing
              }
              ${problemsButton(room, open)}
              <button
                id="review"
                type="button"
                aria-current=${open === "review" ? "page" : nothing}
                ?disabled=${!session.isChanged}
                @click=${() => room.go("review")}
              >
                ${session.isChanged ? room.t("review_count", { count: changeCount(room) }) : room.t("review")}
              </button>`
          : nothing
      }
    </div>
    ${room.page.asks === "discard" ? discarding(room) : nothing}
  </header>`;
}

const changeCount = (room: Room): number => room.session.changes.length + room.session.moved.length;

function problemsButton(room: Room, open: string): TemplateResult | typeof nothing {
  const { problems } = room.state;
  if (!problems.all.length) return nothing;
  const { errors } = problems;
  return html`<button
    class="quiet small"
    id="problems"
    type="button"
    aria-current=${open === "problems" ? "page" : nothing}
    @click=${() => room.go("problems")}
  >
    ${room.t("problems")} ${mark(room, errors || problems.all.length, errors ? "error" : "warning")}
  </button>`;
}

function status(room: Room): TemplateResult {
  const { state, session } = room;
  const at = (ms: number) => moment(ms, room.language);
  const { revision, author } = state.inForce;
  if (!session.mayEdit)
    return html`<strong>${room.t("in_force", { revision })}</strong>
      <span>${room.t("applied_by", { author, at: at(state.inForce.at) })}</span>
      <span class="tag">${room.t("read_only")}</span>`;
  if (state.keeping === "failed") return html`<strong class="bad">${room.t("not_kept")}</strong>`;
  if (!session.isChanged)
    return html`<strong>${room.t("in_force", { revision })}</strong>
      <span>${room.t("applied_by", { author, at: at(state.inForce.at) })}</span>`;
  return html`<strong
      >${state.keptAt === null ? room.t("your_draft") : room.t("your_draft_of", { at: at(state.keptAt) })}</strong
    >
    <span
      >${room.t("from_revision", { revision: state.base.revision })} ·
      ${room.t(state.keeping === "soon" ? "keeping" : "kept")}</span
    >
    ${state.restored ? html`<span class="tag">${room.t("restored")}</span>` : nothing}
    ${session.isBehind ? html`<button class="quiet small warn" type="button" @click=${() => room.go("review")}>${room.t("behind")}</button>` : nothing}`;
}

function discarding(room: Room): TemplateResult {
  const away = () => {
    room.set({ asks: "" });
    room.attempt(async () => {
      await room.session.discard();
      room.say("good", room.t("discarded"));
    });
  };
  return dialog(
    room,
    room.t("discard_title"),
    html` <p>${room.t("discard_text", { count: changeCount(room) })}</p>
      <div class="buttons">
        <button class="danger" @click=${away}>${room.t("discard")}</button>
        <button class="quiet" @click=${() => room.set({ asks: "" })}>${room.t("cancel")}</button>
      </div>`,
  );
}

/** Today: the time. Else with the day. */
export function moment(ms: number, language: string, now = Date.now()): string {
  const date = new Date(ms);
  if (Number.isNaN(ms) || !ms) return "–";
  const isToday = date.toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(
    localeOf(language),
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  ).format(date);
}
