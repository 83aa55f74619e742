// The page "contacts": those that have ended, and the story of one.

import type { OfficePage } from "../page.ts";
import { CordpairContacts } from "./history.ts";
import { CordpairContact } from "./one.ts";

if (!customElements.get("cordpair-contacts")) customElements.define("cordpair-contacts", CordpairContacts);
if (!customElements.get("cordpair-contact")) customElements.define("cordpair-contact", CordpairContact);

const page: OfficePage = {
  mount(host, office, rest) {
    const element = document.createElement(rest ? "cordpair-contact" : "cordpair-contacts") as CordpairContact;
    element.office = office;
    if (rest) element.contact = decodeURIComponent(rest);
    host.append(element);
    return () => element.remove();
  },
};

export default page;
