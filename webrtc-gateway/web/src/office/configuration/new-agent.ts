// An agent and the phone they sit at, in one go.

import { NAME } from "./editing.ts";
import { EMPTY, put, type Table, table, type Value } from "./tables.ts";

export interface NewAgent {
  readonly name: string;
  readonly fullName: string;
  /** "browser": a new seat for their browser. "phone": a new seat for a phone. "seat": one that is there. */
  readonly at: "browser" | "phone" | "seat" | "none";
  readonly endpoint: string;
  readonly node: string;
  readonly seat: string;
  readonly queues: readonly string[];
  readonly skills: ReadonlyMap<string, number>;
}

export const BLANK_AGENT: NewAgent = {
  name: "",
  fullName: "",
  at: "browser",
  endpoint: "",
  node: "",
  seat: "",
  queues: [],
  skills: new Map(),
};

export function withAgent(config: Table, given: NewAgent): Table {
  const seat = seatOf(config, given);
  let edited = config;
  if (seat && given.at !== "seat") edited = put(edited, ["seats", seat], newSeat(given));
  const agent = new Map<string, Value>();
  if (given.fullName.trim()) agent.set("shown_as", given.fullName.trim());
  if (seat) agent.set("seat", seat);
  if (given.skills.size) agent.set("skills", new Map(given.skills));
  if (given.queues.length) agent.set("queues", new Map(given.queues.map((queue) => [queue, EMPTY])));
  return put(edited, ["agents", given.name], agent);
}

/** A browser's seat is named after the agent, a phone's after its endpoint. */
export function seatOf(config: Table, given: NewAgent): string {
  if (given.at === "none") return "";
  if (given.at === "seat") return given.seat;
  const seats = table(config, "seats");
  const wanted = given.at === "phone" ? given.endpoint : `${given.name}-web`;
  const stem = NAME.test(wanted) ? wanted : given.name;
  let free = stem;
  for (let number = 2; seats.has(free); number++) free = `${stem}-${number}`;
  return free;
}

function newSeat(given: NewAgent): Table {
  const seat = new Map<string, Value>();
  // The account's name on the PBX: fewer characters than a name here may have.
  const account = `${given.name.replace(/[^A-Za-z0-9_.-]/g, "-")}-web`;
  seat.set("endpoint", given.at === "browser" ? account : given.endpoint.trim());
  if (given.node) seat.set("node", given.node);
  if (given.at === "browser") seat.set("browser", true);
  return seat;
}

/** A name for signing in, from the name of a person: "Ben Okafor" → "ben.okafor". */
export function suggestedName(fullName: string): string {
  const plain = fullName
    .normalize("NFKD")
    .replace(/ß/g, "ss")
    .replace(/[\u0300-\u036f]/g, "");
  return plain
    .toLowerCase()
    .trim()
    .replace(/[^a-z0-9]+/g, ".")
    .replace(/^\.+|\.+$/g, "")
    .slice(0, 64);
}
