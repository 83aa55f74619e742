// The page "configuration" of the office. Its element outlives its mountings: what is being edited is not fetched anew.

import type { Office, OfficePage } from "../page.ts";
import { CordpairConfiguration } from "./app.ts";

customElements.define("cordpair-configuration", CordpairConfiguration);

let element: CordpairConfiguration | null = null;
let whose = "";

const page: OfficePage = {
  mount(host: HTMLElement, office: Office, rest: string): () => void {
    if (!element || whose !== office.me.name) element = new CordpairConfiguration();
    whose = office.me.name;
    const shown = element;
    shown.show(office, rest);
    host.replaceChildren(shown);
    return () => shown.remove();
  },
};

export default page;
