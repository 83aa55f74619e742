// The one script of the customer's button.

import { CordpairHelp } from "./element.ts";

if (!customElements.get("cordpair-help")) customElements.define("cordpair-help", CordpairHelp);

declare global {
  interface HTMLElementTagNameMap {
    "cordpair-help": CordpairHelp;
  }
}
