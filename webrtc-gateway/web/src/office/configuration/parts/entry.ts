// The form of one entry, or of a section that is one table; with its name, its copies and its end.

import { html, nothing, type TemplateResult } from "lit";
import { duplicate, nameProblem, NAME, referencesTo, remove, rename } from "../editing.ts";
import { groupsOf } from "../groups.ts";
import { humane, idOf, type Room } from "../room.ts";
import type { Field } from "../shape.ts";
import { at, moved, type Path, put, showPath, startsWith, table } from "../tables.ts";
import type { ConfigurationKey } from "../../../words/configuration-en.ts";
import { assignedAgents } from "./assigned.ts";
import { dialog } from "./dialog.ts";
import { fieldRow, problemLines, prose } from "./field.ts";
import { linkPanel } from "./new-agent.ts";

export function sectionForm(room: Room, section: Field): TemplateResult {
  return html`<section class="entry">
    <header>
      <h2 id="entry-title" tabindex="-1">${sectionTitle(room, section.name)}</h2>
    </header>
    ${section.help ? html`<p class="help">${prose(section.help)}</p>` : nothing} ${restartNote(room, section)}
    ${section.kind === "table" ? problemLines(room.state.problems.at([section.name]), idOf([section.name])) : nothing}
    ${section.kind === "table" ? groups(room, section, section, [section.name]) : fieldRow(room, section, [section.name])}
  </section>`;
}

export function entryForm(room: Room, section: Field, name: string): TemplateResult {
  const path = [section.name, name];
  const { of } = section;
  if (at(room.state.config, path) === undefined || !of)
    return html`<section class="entry"><p class="none">${room.t("no_such_entry", { name })}</p></section>`;
  return html`<section class="entry">
    <header>
      <h2 id="entry-title" tabindex="-1"><small>${sectionTitle(room, section.name)}</small> ${name}</h2>
      ${room.readOnly ? nothing : doings(room, section, name)}
    </header>
    ${room.page.renaming === name ? renameForm(room, section, name) : nothing} ${restartNote(room, section)}
    ${section.name === "agents" ? linkPanel(room, name) : nothing}
    ${problemLines(ofNoField(room, of, path), idOf(path))}
    ${of.kind === "table" ? groups(room, section, of, path) : fieldRow(room, { ...of, help: of.help || section.help }, path, room.t("meaning"))}
    ${assignedAgents(room, section.name, name)} ${referred(room, section.name, name)}
    ${room.page.asks === "remove" ? removal(room, section.name, name) : nothing}
  </section>`;
}

/** Of the entry as a whole, or of keys that there are not. */
function ofNoField(room: Room, of: Field, path: Path) {
  const fields = of.fields.map((field) => [...path, field.name]);
  return room.state.problems
    .under(path)
    .filter(({ place }) => of.kind === "table" && !fields.some((field) => startsWith(place, field)));
}

function groups(room: Room, section: Field, of: Field, path: Path): TemplateResult {
  return html`${groupsOf(section.name, of.fields).map(
    (group) =>
      html`<div class="group">
        ${group.name ? html`<h3>${room.t(`group_${group.name}` as ConfigurationKey)}</h3>` : nothing}
        <div class="fields">${group.fields.map((field) => fieldRow(room, field, [...path, field.name]))}</div>
      </div>`,
  )}`;
}

const restartNote = (room: Room, { needsRestart }: Field) =>
  needsRestart ? html`<p class="note">${room.t("restart_only")}</p>` : nothing;

export function sectionTitle(room: Room, name: string): string {
  const key = `section_${name}`;
  const said = room.t(key as ConfigurationKey);
  return said === key ? humane(name) : said;
}

// ---------------------------------------------------------------- what is done with an entry

function doings(room: Room, { name: section, ordered }: Field, name: string): TemplateResult {
  const move = (by: -1 | 1) =>
    room.edit(put(room.state.config, [section], moved(table(room.state.config, section), name, by)));
  const copy = () => {
    const copied = duplicate(room.state.config, section, name);
    room.edit(copied.config);
    room.go(section, copied.name);
  };
  return html`<div class="doings">
    ${
      ordered
        ? html`<button
              class="quiet small"
              type="button"
              aria-label=${room.t("earlier")}
              title=${room.t("earlier")}
              @click=${() => move(-1)}
            >
              ↑
            </button>
            <button
              class="quiet small"
              type="button"
              aria-label=${room.t("later")}
              title=${room.t("later")}
              @click=${() => move(1)}
            >
              ↓
            </button>`
        : nothing
    }
    <button class="quiet small" type="button" @click=${() => room.set({ renaming: name })}>${room.t("rename")}</button>
    <button class="quiet small" type="button" @click=${copy}>${room.t("duplicate")}</button>
    <button class="quiet small danger-text" type="button" @click=${() => room.set({ asks: "remove" })}>
      ${room.t("remove")}
    </button>
  </div>`;
}

function renameForm(room: Room, { name: section, key }: Field, name: string): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const input = (event.target as HTMLFormElement).querySelector("input");
    const to = input?.value.trim() ?? "";
    if (to === name) return room.set({ renaming: "" });
    const wrong = nameProblem(table(room.state.config, section), to, key?.hint ? /^[^\s].*$/ : NAME);
    if (wrong) return room.say("bad", room.t(`name_${wrong}`));
    room.edit(rename(room.state.shape, room.state.config, section, name, to));
    room.set({ renaming: "" });
    room.go(section, to);
  };
  return html`<form class="adder" @submit=${submit}>
    <label for="rename">${room.t("new_name")}</label>
    <input id="rename" autocomplete="off" spellcheck="false" .value=${name} />
    <button>${room.t("rename")}</button>
    <button class="quiet" type="button" @click=${() => room.set({ renaming: "" })}>${room.t("cancel")}</button>
    <p class="help">${room.t("rename_follows")}</p>
  </form>`;
}

function removal(room: Room, section: string, name: string): TemplateResult {
  const { shape, config } = room.state;
  const paths = referencesTo(shape, config, section, name);
  const away = (alsoReferences: boolean) => () => {
    room.edit(remove(shape, config, section, name, alsoReferences));
    room.set({ asks: "" });
    room.go(section);
  };
  return dialog(
    room,
    room.t("remove_title", { name }),
    html` ${
        paths.length === 0
          ? html`<p>${room.t("remove_free")}</p>`
          : html`<p>${room.t("remove_referred", { count: paths.length })}</p>
              <ul class="paths">
                ${paths.slice(0, 50).map((path) => html`<li>${showPath(path)}</li>`)}
              </ul>
              ${paths.length > 50 ? html`<p>${room.t("and_more", { count: paths.length - 50 })}</p>` : nothing}`
      }
      <div class="buttons">
        ${
          paths.length
            ? html`<button class="danger" @click=${away(true)}>${room.t("remove_with_references")}</button>
                <button class="quiet" @click=${away(false)}>${room.t("remove_only")}</button>`
            : html`<button class="danger" @click=${away(false)}>${room.t("remove")}</button>`
        }
        <button class="quiet" @click=${() => room.set({ asks: "" })}>${room.t("cancel")}</button>
      </div>`,
  );
}

/** Where it is used: each leads there. Those of agents are shown above, by their assignments. */
function referred(room: Room, section: string, name: string): TemplateResult | typeof nothing {
  const { shape, config } = room.state;
  const paths = referencesTo(shape, config, section, name).filter(
    ([first, , key]) => !(first === "agents" && key === section),
  );
  if (!paths.length) return nothing;
  return html`<details class="referred">
    <summary>${room.t("used_in", { count: paths.length })}</summary>
    <ul class="paths">
      ${paths.slice(0, 100).map((path) => html`<li><button class="link" type="button" @click=${() => room.lead(path)}>${showPath(path)}</button></li>`)}
    </ul>
  </details>`;
}
