// The place where one page at a time is shown: fetched when it is opened, with its style sheet; unmounted before the next.

import type { Office } from "./page.ts";
import type { PageEntry } from "./pages.ts";

const STYLES_MS = 5000;

export class Stage {
  private key = "";
  private unmount: (() => void) | null = null;

  constructor(private readonly failed: () => void) {}

  /** Nothing, when this very page is there already. `host` is this class's own. */
  async show(host: HTMLElement, entry: PageEntry, rest: string, office: Office): Promise<void> {
    const { name, role, agent } = office.me;
    const key = JSON.stringify([entry.path, rest, name, role, agent]);
    if (key === this.key) return;
    this.clear();
    this.key = key;
    try {
      const [{ default: page }] = await Promise.all([entry.load(), styles(`/web/office-${entry.path}.css`)]);
      if (this.key !== key || !host.isConnected) return; // another page was opened meanwhile
      const inner = document.createElement("div");
      host.replaceChildren(inner);
      this.unmount = page.mount(inner, office, rest);
    } catch (error) {
      console.error(error);
      if (this.key === key) this.failed();
    }
  }

  clear(): void {
    this.key = "";
    this.unmount?.();
    this.unmount = null;
  }
}

/** Waits for them, so that nothing is shown bare; a page without is shown all the same. */
async function styles(href: string): Promise<void> {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  await new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    setTimeout(resolve, STYLES_MS);
    document.head.append(link);
  });
}
