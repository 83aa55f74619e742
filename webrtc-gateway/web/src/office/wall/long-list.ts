// <cordpair-long-list>: thousands of rows of one height, of which only those in sight are in the page.

import { html, LitElement, type TemplateResult } from "lit";
import { type Keyed, KeyedRows } from "./keyed-rows.ts";
import { spanOf } from "./window.ts";

export class LongList extends LitElement {
  static override properties = {
    items: { attribute: false },
    row: { attribute: false },
    head: { attribute: false },
    label: {},
  };

  declare items: readonly Keyed[];
  /** `index` from 0. */
  declare row: (item: never, index: number) => TemplateResult;
  declare head: TemplateResult;
  declare label: string;
  private readonly rows = new KeyedRows();
  private rowHeight = 0;
  private drawn = "";
  private readonly sizes = new ResizeObserver(() => this.measure());
  private readonly scrolled = () => {
    if (this.spanText() !== this.drawn) this.requestUpdate();
  };

  constructor() {
    super();
    this.items = [];
    this.row = () => html``;
    this.head = html``;
    this.label = "";
  }

  /** The page's style sheet is ours too. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("scroll", this.scrolled, { passive: true });
    this.sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("scroll", this.scrolled);
    this.sizes.disconnect();
  }

  override render() {
    return html`<div class="probe" aria-hidden="true"></div>
      <div role="table" aria-label=${this.label} aria-rowcount=${this.items.length + 1}>
        <div class="heading" role="rowgroup">${this.head}</div>
        <div class="all" role="presentation">
          <div class="drawn" role="rowgroup"></div>
        </div>
      </div>`;
  }

  override updated(): void {
    const all = this.querySelector<HTMLElement>(".all");
    const drawn = this.querySelector<HTMLElement>(".drawn");
    if (!all || !drawn) return;
    if (!this.rowHeight) this.measure();
    all.style.height = `${this.items.length * this.rowHeight}px`;
    const { first, last } = this.span();
    this.rows.show(drawn, this.items.slice(first, last), (item, index) => this.row(item as never, first + index));
    drawn.style.transform = `translateY(${first * this.rowHeight}px)`;
    this.drawn = this.spanText();
    this.dispatchEvent(new Event("drawn", { bubbles: true })); // whoever writes running times
  }

  private span() {
    return spanOf(this.scrollTop, this.clientHeight, this.rowHeight, this.items.length);
  }

  private spanText(): string {
    const { first, last } = this.span();
    return `${first} ${last}`;
  }

  private measure(): void {
    const height = this.querySelector(".probe")?.getBoundingClientRect().height ?? 0;
    if (height === this.rowHeight && this.spanText() === this.drawn) return;
    this.rowHeight = height;
    this.requestUpdate();
  }
}
