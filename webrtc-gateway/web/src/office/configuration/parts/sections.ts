// The sections with how much is in them and wrong with them; and the entries of one, searched, a hundred at a time.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { blank, nameProblem, NAME } from "../editing.ts";
import { areasOf } from "../groups.ts";
import { search, SHOWN_AT_ONCE } from "../listing.ts";
import type { Room } from "../room.ts";
import { type Field, hasEntries } from "../shape.ts";
import { put, table } from "../tables.ts";
import { sectionTitle } from "./entry.ts";
import { prose } from "./field.ts";

export function sectionsNav(room: Room, open: string): TemplateResult {
  return html`<nav class="sections" aria-label=${room.t("sections")}>
    ${areasOf(room.state.shape).map(
      ({ area, sections }) =>
        html`<h3>${room.t(`area_${area}`)}</h3>
          <ul>
            ${sections.map((section) => sectionItem(room, section, open))}
          </ul>`,
    )}
  </nav>`;
}

function sectionItem(room: Room, section: Field, open: string): TemplateResult {
  const { name } = section;
  const found = room.state.problems.under([name]);
  const errors = found.filter(({ severity }) => severity === "error").length;
  return html`<li>
    <button type="button" aria-current=${open === name ? "page" : nothing} @click=${() => room.go(name)}>
      <span>${sectionTitle(room, name)}</span>
      ${found.length ? mark(room, errors || found.length, errors ? "error" : "warning") : nothing}
      ${hasEntries(section) ? html`<span class="count">${table(room.state.config, name).size}</span>` : nothing}
    </button>
  </li>`;
}

export function mark(room: Room, count: number, severity: "error" | "warning"): TemplateResult {
  const said = room.t(severity === "error" ? "errors" : "warnings", { count });
  return html`<span class="mark ${severity}" title=${said}
    ><span aria-hidden="true">${severity === "error" ? "✕" : "!"} ${count}</span
    ><span class="unseen">${said}</span></span
  >`;
}

/** For a narrow window. */
export function sectionChoice(room: Room, open: string): TemplateResult {
  return html`<label class="section-choice"
    ><span class="unseen">${room.t("sections")}</span>
    <select @change=${(event: Event) => room.go((event.target as HTMLSelectElement).value)}>
      ${room.state.shape.some(({ name }) => name === open) ? nothing : html`<option value="" selected>${room.t("sections")} …</option>`}
      ${areasOf(room.state.shape).map(
        ({ area, sections }) =>
          html`<optgroup label=${room.t(`area_${area}`)}>
            ${sections.map(({ name }) => html`<option value=${name} ?selected=${name === open}>${sectionTitle(room, name)}</option>`)}
          </optgroup>`,
      )}
    </select>
  </label>`;
}

// ---------------------------------------------------------------- the entries of one

export function entries(room: Room, section: Field, open: string): TemplateResult {
  const { name } = section;
  const wanted = room.page.search.get(name) ?? "";
  const all = table(room.state.config, name);
  const rows = search(all, wanted);
  const shown = rows.slice(0, room.page.shown.get(name) ?? SHOWN_AT_ONCE);
  return html`<section class="entries">
    <header>
      <h2>${sectionTitle(room, name)}</h2>
      <span class="count">${wanted ? room.t("found_of", { found: rows.length, all: all.size }) : all.size}</span>
    </header>
    ${section.help ? html`<p class="help">${prose(section.help)}</p>` : nothing}
    <input
      type="search"
      aria-label=${room.t("search")}
      placeholder=${room.t("search")}
      .value=${live(wanted)}
      @input=${(event: Event) => room.set({ search: new Map([...room.page.search, [name, (event.target as HTMLInputElement).value]]), shown: new Map() })}
    />
    <div class="scroller">
      ${rows.length === 0 ? html`<p class="none">${room.t(all.size ? "none_found" : "none_yet")}</p>` : nothing}
      <ul class="list">
        ${shown.map((row) => {
          const found = room.state.problems.under([name, row.name]);
          const errors = found.filter(({ severity }) => severity === "error").length;
          return html`<li>
            <button
              type="button"
              aria-current=${row.name === open ? "true" : nothing}
              @click=${() => room.go(name, row.name)}
            >
              <strong>${row.name}</strong>
              ${found.length ? mark(room, errors || found.length, errors ? "error" : "warning") : nothing}
              <small>${row.about}</small>
            </button>
          </li>`;
        })}
      </ul>
      ${
        rows.length > shown.length
          ? html`<button
              class="quiet small more"
              type="button"
              @click=${() => room.set({ shown: new Map([...room.page.shown, [name, shown.length + SHOWN_AT_ONCE]]) })}
            >
              ${room.t("show_more", { count: rows.length - shown.length })}
            </button>`
          : nothing
      }
    </div>
    ${room.readOnly ? nothing : addition(room, section)}
  </section>`;
}

function addition(room: Room, section: Field): TemplateResult {
  const { name: place, key, of } = section;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const name = form.querySelector("input")?.value.trim() ?? "";
    const wrong = nameProblem(table(room.state.config, place), name, NAME);
    if (wrong) return room.say("bad", room.t(`name_${wrong}`));
    room.edit(put(room.state.config, [place, name], firstOf(room, of)));
    form.reset();
    room.go(place, name);
  };
  return html`<form class="adder" @submit=${submit}>
      <label for="new-entry">${room.t("new_entry")}</label>
      <input
        id="new-entry"
        autocomplete="off"
        spellcheck="false"
        placeholder=${room.t("name")}
        title=${key?.hint || nothing}
      />
      <button>${room.t("add")}</button>
    </form>
    ${
      place === "agents"
        ? html`<button class="quiet" type="button" @click=${() => room.go("new-agent")}>${room.t("new_agent")}</button>`
        : nothing
    }`;
}

/** With what it must have, where there is only one that it can be. */
function firstOf(room: Room, of: Field | null) {
  let value = blank(of);
  for (const field of of?.fields ?? []) {
    const names = field.required && field.reference ? [...table(room.state.config, field.reference).keys()] : [];
    if (names.length === 1 && value instanceof Map) value = new Map([...value, [field.name, names[0] ?? ""]]);
  }
  return value;
}
