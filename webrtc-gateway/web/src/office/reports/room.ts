// What every part of the reports is given to draw with.

import type { ReportsKey } from "../../words/reports-en.ts";
import type { ReportsWords } from "../../words/reports-languages.ts";
import { say } from "../../words/words.ts";
import type { Figures } from "./figures.ts";
import type { Query } from "./query.ts";
import type { Order, Report } from "./report.ts";

export interface Names {
  readonly queues: readonly string[];
  readonly agents: readonly string[];
}

export interface Room {
  readonly words: ReportsWords;
  readonly figures: Figures;
  readonly query: Query;
  /** A day of the centre. */
  readonly today: string;
  readonly report: Report | null;
  readonly problem: string;
  readonly busy: boolean;
  readonly order: Order | null;
  readonly all: boolean;
  readonly names: Names;
  readonly choose: (change: Partial<Query>) => void;
  readonly sort: (column: string) => void;
  readonly showAll: (all: boolean) => void;
}

export const word = (room: Pick<Room, "words">, key: ReportsKey, values: Record<string, string | number> = {}) =>
  say(room.words, key, values);

/** Of a measure, a dimension and the like: a name that a newer engine made up shows itself. */
export const named = (room: Pick<Room, "words">, kind: "m" | "by" | "time" | "sl" | "occ", name: string) => {
  const key = `${kind}_${name}`;
  return key in room.words ? say(room.words, key as ReportsKey) : name;
};
