// The rows in sight, each in an element that is its own for as long as it is in sight: what has the focus keeps it.
// Not Lit's repeat: in lit-html 3.3.3 each row that it takes away leaves a comment behind, which adds up over a day.

import { render, type TemplateResult } from "lit";

export interface Keyed {
  readonly id: string;
}

export class KeyedRows<Item extends Keyed> {
  private slots = new Map<string, HTMLElement>();

  /** `template` is given the place in `items`. `host` is this class's own. */
  show(host: HTMLElement, items: readonly Item[], template: (item: Item, index: number) => TemplateResult): void {
    const before = this.slots;
    const focused = host.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    this.slots = new Map(items.map((item) => [item.id, before.get(item.id) ?? slotOf()]));
    for (const [id, slot] of before) if (!this.slots.has(id)) slot.remove();
    let next = host.firstElementChild;
    for (const [index, item] of items.entries()) {
      const slot = this.slots.get(item.id);
      if (!slot) continue;
      render(template(item, index), slot);
      if (slot === next) next = next.nextElementSibling;
      else host.insertBefore(slot, next);
    }
    if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }
}

function slotOf(): HTMLElement {
  const slot = document.createElement("div");
  slot.role = "presentation";
  return slot;
}
