// Who changed what and when; one revision, compared with another; and back to it.

import { html, nothing, type TemplateResult } from "lit";
import type { History, Shown } from "../history.ts";
import type { Room } from "../room.ts";
import { moment } from "./bar.ts";
import { dialog } from "./dialog.ts";
import { changeList } from "./review.ts";

export function historyView(room: Room, history: History, open: string): TemplateResult {
  const { revisions, more, shown } = history.state;
  const inForce = room.state.inForce.revision;
  return html`<section class="entries">
      <header><h2 id="entry-title" tabindex="-1">${room.t("history")}</h2></header>
      <div class="scroller">
        <ul class="list">
          ${revisions.map(
            ({ revision, author, at }) =>
              html`<li>
                <button
                  type="button"
                  aria-current=${String(revision) === open ? "true" : nothing}
                  @click=${() => room.go("history", String(revision))}
                >
                  <strong>${room.t("revision", { revision })}</strong>
                  ${revision === inForce ? html`<span class="tag added">${room.t("now")}</span>` : nothing}
                  <small>${author} · ${moment(at, room.language)}</small>
                </button>
              </li>`,
          )}
        </ul>
        ${more ? html`<button class="quiet small more" type="button" @click=${() => room.attempt(() => history.loadMore())}>${room.t("older")}</button>` : nothing}
      </div>
    </section>
    ${open && shown && String(shown.revision.revision) === open ? revisionView(room, history, shown) : html`<section class="entry"><p class="none">${room.t("choose_revision")}</p></section>`}`;
}

function revisionView(room: Room, history: History, shown: Shown): TemplateResult {
  const { revision, author, at, changes } = shown.revision;
  const inForce = room.state.inForce.revision;
  const against = (event: Event) =>
    room.attempt(() => history.show(revision, Number((event.target as HTMLSelectElement).value)));
  const others = history.state.revisions.filter((each) => each.revision !== revision);
  return html`<section class="entry">
    <header>
      <h2>${room.t("revision", { revision })}</h2>
      ${
        room.session.mayEdit && revision !== inForce
          ? html`<div class="doings">
              <button class="small" id="roll-back" type="button" @click=${() => room.set({ asks: "roll_back" })}>
                ${room.t("roll_back")}
              </button>
            </div>`
          : nothing
      }
    </header>
    <p>${room.t("applied_by", { author, at: moment(at, room.language) })}</p>
    ${
      room.session.mayEdit
        ? html`<div class="adder">
            <label for="against">${room.t("compared_with")}</label>
            <select id="against" @change=${against}>
              <option value="0" ?selected=${!shown.against}>${room.t("one_before")}</option>
              ${others.map((each) => html`<option value=${each.revision} ?selected=${each.revision === shown.against}>${room.t("revision", { revision: each.revision })}${each.revision === inForce ? ` (${room.t("now")})` : ""}</option>`)}
            </select>
          </div>`
        : nothing
    }
    ${
      shown.against
        ? shown.changes.length
          ? changeList(room, shown.changes)
          : html`<p class="none">${room.t("no_difference")}</p>`
        : html`<ul class="paths changes">
            ${changes.length ? changes.map((change) => html`<li>${change}</li>`) : html`<li>${room.t("no_difference")}</li>`}
          </ul>`
    }
    <details class="text">
      <summary>${room.t("as_file")}</summary>
      <pre tabindex="0">${shown.text}</pre>
    </details>
    ${room.page.asks === "roll_back" ? rollingBack(room, history, revision) : nothing}
  </section>`;
}

function rollingBack(room: Room, history: History, revision: number): TemplateResult {
  const back = () => {
    room.set({ asks: "" });
    room.attempt(async () => {
      await room.session.rollBack(revision);
      room.say("good", room.t("rolled_back", { revision }));
      await history.load();
      room.go("history");
    });
  };
  return dialog(
    room,
    room.t("roll_back_title", { revision }),
    html` <p>${room.t("roll_back_text", { revision })}</p>
      ${room.session.isChanged ? html`<p class="note warn">${room.t("roll_back_draft")}</p>` : nothing}
      <div class="buttons">
        <button @click=${back}>${room.t("roll_back")}</button>
        <button class="quiet" @click=${() => room.set({ asks: "" })}>${room.t("cancel")}</button>
      </div>`,
  );
}
