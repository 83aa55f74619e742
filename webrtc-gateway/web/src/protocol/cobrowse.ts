// Co-browsing, as docs/reference/web-protocol.md has it: what goes over /v1/cobrowse.

export const COBROWSE_PROTOCOL = "cordpair.cobrowse.v1";

/** A page's full picture is much larger than any other message; the gateway takes this much and no more. */
export const COBROWSE_LIMIT = 2 * 1024 * 1024;

export type CobrowseMessage =
  | { readonly type: "hello"; readonly token: string }
  | { readonly type: "hello"; readonly contact: string }
  | { readonly type: "events"; readonly events: readonly unknown[] }
  | { readonly type: "snapshot" }
  | { readonly type: "stop"; readonly reason?: string }
  | { readonly type: "ping" }
  | { readonly type: "pong" };
