import { CordpairOffice } from "./app.ts";

customElements.define("cordpair-office", CordpairOffice);
