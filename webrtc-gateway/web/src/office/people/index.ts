// The page "people": who works in the office, their sign-ins, keys, and who did what.

import type { OfficePage } from "../page.ts";

const page: OfficePage = {
  mount: (host) => () => host.replaceChildren(),
};

export default page;
