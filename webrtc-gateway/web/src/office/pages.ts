// Which pages there are, a line each, in the order of the navigation; a page is loaded when it is opened.

import type { OfficePage, Role } from "./page.ts";

export interface PageEntry {
  /** /office/<path>; its name is `page_<path>` in the words of the office. */
  readonly path: string;
  readonly roles: readonly Role[];
  /** A character. */
  readonly icon: string;
  readonly load: () => Promise<{ readonly default: OfficePage }>;
}

export const PAGES: readonly PageEntry[] = [
  { path: "wall", roles: ["admin", "supervisor", "read-only"], icon: "▦", load: () => import("./wall/index.ts") },
  { path: "configuration", roles: ["admin", "supervisor"], icon: "⚙", load: () => import("./configuration/index.ts") },
  { path: "reports", roles: ["admin", "supervisor", "read-only"], icon: "∑", load: () => import("./reports/index.ts") },
  {
    path: "contacts",
    roles: ["admin", "supervisor", "read-only"],
    icon: "☎",
    load: () => import("./contacts/index.ts"),
  },
  { path: "people", roles: ["admin"], icon: "☺", load: () => import("./people/index.ts") },
];
