// The page "reports": what happened, in figures.

import type { OfficePage } from "../page.ts";
import { CordpairReports } from "./app.ts";

if (!customElements.get("cordpair-reports")) customElements.define("cordpair-reports", CordpairReports);

const page: OfficePage = {
  mount(host, office) {
    const element = document.createElement("cordpair-reports") as CordpairReports;
    element.office = office;
    host.append(element);
    return () => element.remove();
  },
};

export default page;
