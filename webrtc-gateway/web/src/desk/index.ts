import { CordpairDesk } from "./app.ts";

customElements.define("cordpair-desk", CordpairDesk);
