// The page /office/wall, and /office/wall/tv for a television.

import { wallWords } from "../../words/wall-languages.ts";
import type { OfficePage } from "../page.ts";
import { LongList } from "./long-list.ts";
import { Wall } from "./wall.ts";

if (!customElements.get("cordpair-long-list")) customElements.define("cordpair-long-list", LongList);

const page: OfficePage = {
  mount(host, office, rest) {
    let wall: Wall | null = null;
    let over = false;
    void wallWords(office.language).then((words) => {
      if (!over) wall = new Wall(host, office, rest, words);
    });
    return () => {
      over = true;
      wall?.end();
    };
  },
};

export default page;
