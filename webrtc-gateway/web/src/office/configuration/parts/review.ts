// What would be applied, in words; and where somebody else applied something meanwhile, how the two become one.

import { html, nothing, type TemplateResult } from "lit";
import { type Change, show } from "../difference.ts";
import { humane, type Room } from "../room.ts";
import { fieldAt } from "../shape.ts";
import { type Path, showPath, type Value } from "../tables.ts";
import { moment } from "./bar.ts";
import { sectionTitle } from "./entry.ts";

export function review(room: Room): TemplateResult {
  const { session, state } = room;
  if (state.merged?.conflicts.length) return conflicts(room);
  const errors = state.problems.errors;
  const apply = () =>
    room.attempt(async () => {
      if (!(await session.apply())) return;
      room.say("good", room.t("applied", { revision: room.session.state.inForce.revision }));
      room.go("history");
    });
  return html`<section class="entry review">
    <header><h2 id="entry-title" tabindex="-1">${room.t("review_title")}</h2></header>
    ${session.isBehind ? behind(room) : nothing}
    ${session.isChanged ? html`${changeList(room, session.changes, session.moved)}` : html`<p class="none">${room.t("nothing_changed")}</p>`}
    ${
      state.checked?.restart.length
        ? html`<p class="note bad">${room.t("needs_restart", { sections: state.checked.restart.join(", ") })}</p>`
        : nothing
    }
    ${
      errors
        ? html`<p class="note bad">
            ${room.t("errors_first", { count: errors })}
            <button class="quiet small" type="button" @click=${() => room.go("problems")}>${room.t("problems")}</button>
          </p>`
        : nothing
    }
    <div class="buttons">
      <button
        id="apply"
        class="go"
        type="button"
        ?disabled=${!session.isChanged || errors > 0 || session.isBehind || state.busy}
        @click=${apply}
      >
        ${room.t(state.busy ? "applying" : "apply")}
      </button>
      <span class="help">${room.t("apply_help")}</span>
    </div>
  </section>`;
}

/** By section and entry. */
export function changeList(room: Room, changes: readonly Change[], moved: readonly string[] = []): TemplateResult {
  const byEntry = new Map<string, Change[]>();
  for (const change of changes) {
    const key = JSON.stringify(change.path.slice(0, 2));
    byEntry.set(key, [...(byEntry.get(key) ?? []), change]);
  }
  return html`<ul class="changes">
    ${[...byEntry.values()].map((each) => html`<li>${entryChanges(room, each)}</li>`)}
    ${moved.map((section) => html`<li><strong>${sectionTitle(room, section)}</strong>: ${room.t("order_changed")}</li>`)}
  </ul>`;
}

function entryChanges(room: Room, changes: readonly Change[]): TemplateResult {
  const [first] = changes;
  if (!first) return html``;
  const [section = "", name] = first.path;
  const whole = first.path.length <= 2 && name !== undefined;
  const kind = !whole
    ? "changed"
    : first.before === undefined
      ? "added"
      : first.after === undefined
        ? "removed"
        : "changed";
  return html`<p>
      <span class="tag ${kind}">${room.t(`change_${kind}`)}</span>
      <strong>${sectionTitle(room, String(section))}</strong> ${name ?? ""}
      ${kind === "removed" ? nothing : html`<button class="link" type="button" @click=${() => room.lead(first.path)}>${room.t("show")}</button>`}
    </p>
    ${
      whole && kind !== "changed"
        ? kind === "added"
          ? html`<p class="value">${show(first.after)}</p>`
          : nothing
        : html`<dl>
            ${changes.map(
              ({ path, before, after }) =>
                html`<div>
                  <dt>${label(path)}</dt>
                  <dd>
                    <del>${show(before ?? standard(room, path))}</del> <span aria-label=${room.t("becomes")}>→</span>
                    <ins>${show(after ?? standard(room, path))}</ins>
                  </dd>
                </div>`,
            )}
          </dl>`
    }`;
}

/** What counts where nothing is written. */
const standard = (room: Room, path: Path): Value | undefined => fieldAt(room.state.shape, path)?.default;

const label = (path: Path): string => (path.length > 2 ? showPath(path.slice(2)) : humane(String(path.at(-1) ?? "")));

// ---------------------------------------------------------------- two at once

function behind(room: Room): TemplateResult {
  const { state, session } = room;
  return html`<div class="note warn" id="behind">
    <h3>${room.t("behind_title")}</h3>
    <p>${room.t("behind_text", { base: state.base.revision, revision: state.inForce.revision })}</p>
    <ul class="since">
      ${state.since.map(
        ({ revision, author, at, changes }) =>
          html`<li>
            <strong>${room.t("revision", { revision })}</strong> ${author}, ${moment(at, room.language)}
            <ul class="paths">
              ${changes.map((change) => html`<li>${change}</li>`)}
            </ul>
          </li>`,
      )}
    </ul>
    <button id="bring" type="button" @click=${() => room.attempt(() => session.bringOnto())}>
      ${room.t("bring_onto", { revision: state.inForce.revision })}
    </button>
  </div>`;
}

function conflicts(room: Room): TemplateResult {
  const found = room.state.merged?.conflicts ?? [];
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = new FormData(event.target as HTMLFormElement);
    room.session.settled(found.map((_, place) => (chosen.get(`conflict-${place}`) === "mine" ? "mine" : "theirs")));
  };
  return html`<section class="entry review">
    <header><h2 id="entry-title" tabindex="-1">${room.t("conflicts_title")}</h2></header>
    <p>${room.t("conflicts_text", { count: found.length })}</p>
    <form @submit=${submit}>
      ${found.map(
        (conflict, place) =>
          html`<fieldset class="item conflict">
            <legend>${showPath(conflict.path)}</legend>
            <p class="help">${room.t("conflict_was", { value: show(conflict.base) })}</p>
            <label class="switch"
              ><input type="radio" name="conflict-${place}" value="theirs" required />
              <span
                >${room.t("theirs")}: <code>${gone(room, show(conflict.theirs), conflict.theirs)}</code></span
              ></label
            >
            <label class="switch"
              ><input type="radio" name="conflict-${place}" value="mine" required />
              <span>${room.t("mine")}: <code>${gone(room, show(conflict.mine), conflict.mine)}</code></span></label
            >
          </fieldset>`,
      )}
      <div class="buttons"><button>${room.t("settle")}</button></div>
    </form>
  </section>`;
}

const gone = (room: Room, shown: string, value: unknown): string => (value === undefined ? room.t("left_out") : shown);
