import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AlarmBook, found, HOLD_MS, QUIET_MS, raised } from "../src/office/wall/alarms.ts";
import { Centre } from "../src/office/wall/centre.ts";
import { runningText } from "../src/office/wall/clocks.ts";
import { agentsInOrder, contactsInOrder, EVERYTHING, queuesInOrder } from "../src/office/wall/lists.ts";
import {
  agentActions,
  agentRequest,
  contactActions,
  contactRequest,
  NEXT_S,
} from "../src/office/wall/parts/actions.ts";
import type { AgentRow, ContactRow, Message, QueueRow, TrunkRow } from "../src/office/wall/rows.ts";
import { MOST, screenOf } from "../src/office/wall/screens.ts";
import { seriesOf } from "../src/office/wall/series.ts";
import { spanOf } from "../src/office/wall/window.ts";
import { words as de } from "../src/words/wall-de.ts";
import { wallEn } from "../src/words/wall-en.ts";
import { words as es } from "../src/words/wall-es.ts";

const NOW = "2026-11-21T10:00:00Z";
const queue = (id: string, rest: Partial<QueueRow> = {}): QueueRow => ({
  id,
  medium: "voice",
  waiting: 0,
  longest_waiting_since: null,
  signed_in: 0,
  ready: 0,
  busy: 0,
  expected_wait: { kind: "unknown", because: "few_turns" },
  today: null,
  alarms: {},
  ...rest,
});
const agent = (id: string, rest: Partial<AgentRow> = {}): AgentRow => ({
  id,
  name: id,
  state: "free",
  since: NOW,
  reason: "",
  pending: "",
  pending_reason: "",
  seat: null,
  queues: [],
  slots: [],
  calls: 0,
  ...rest,
});
const contact = (id: string, rest: Partial<ContactRow> = {}): ContactRow => ({
  id,
  medium: "voice",
  state: "waiting",
  arrived_at: NOW,
  service: null,
  queue: "q",
  enqueued_at: NOW,
  head_start: 0,
  offers: [],
  agent: null,
  connected_at: null,
  held: false,
  ...rest,
});
interface Rows {
  queues?: readonly QueueRow[];
  agents?: readonly AgentRow[];
  contacts?: readonly ContactRow[];
}
const told = { seq: 1, now: NOW, agents: [], queues: [], contacts: [] };
const snapshot = (rows: Rows = {}): Message => ({ ...told, ...rows, type: "snapshot" });
const delta = (rows: Rows = {}, gone: Partial<Record<"agents" | "queues" | "contacts", string[]>> = {}): Message => ({
  ...told,
  seq: 2,
  ...rows,
  type: "delta",
  gone: { agents: [], queues: [], contacts: [], ...gone },
});
const at = Date.parse(NOW);
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

test("a snapshot replaces everything; a delta's rows replace those of the same name, and take away", () => {
  const centre = new Centre();
  centre.apply(delta({ queues: [queue("early")] }), at);
  assert.equal(centre.queues.rows.size, 0);
  centre.apply(snapshot({ queues: [queue("a"), queue("b")], contacts: [contact("c")] }), at);
  const { version } = centre.agents;
  centre.apply(delta({ queues: [queue("a", { waiting: 3 })] }, { queues: ["b"], contacts: ["c", "never"] }), at);
  assert.deepEqual([...centre.queues.rows.values()], [queue("a", { waiting: 3 })]);
  assert.equal(centre.contacts.rows.size, 0);
  assert.equal(centre.agents.version, version);
  centre.apply(snapshot({ agents: [agent("x")] }), at);
  assert.deepEqual([centre.queues.rows.size, centre.agents.rows.size], [0, 1]);
});

test("the engine's clock is told by the least late message", () => {
  const centre = new Centre();
  centre.apply(snapshot(), at - 5000);
  assert.equal(centre.skewMs, 5000);
  centre.apply(delta(), at - 2000); // it lay three seconds in a buffer
  assert.equal(centre.skewMs, 5000);
  centre.apply(delta(), at - 6000);
  assert.equal(centre.skewMs, 6000);
  centre.apply(delta(), at + 60_000); // this computer's clock was set
  assert.equal(centre.skewMs, -60_000);
});

interface Case {
  what: string;
  queue: QueueRow;
  raised: string[];
}
const vectors = JSON.parse(readFileSync("../../tests/data/alarms.json", "utf8")) as { now: string; cases: Case[] };
for (const { what, queue, raised: wanted } of vectors.cases)
  test(`alarm: ${what}`, () => assert.deepEqual(raised(queue, Date.parse(vectors.now)), wanted));

const look = (book: AlarmBook, queues: QueueRow[], now: number, trunks: TrunkRow[] = []) =>
  book.look(found(queues, trunks, now), now);

test("an alarm is new once, is seen, ends after a while, and calls nobody when it comes again at once", () => {
  const book = new AlarmBook();
  const loud = queue("q", { waiting: 5, alarms: { waiting: 5 } });
  const quiet = queue("q", { alarms: { waiting: 5 } });
  assert.equal(look(book, [loud], 0).fresh.length, 1);
  assert.deepEqual(book.of("q"), ["waiting"]);
  assert.deepEqual(look(book, [loud], 10), { fresh: [], changed: false });
  book.see({ queue: "q", alarm: "waiting" });
  assert.equal(book.all[0]?.seen, true);
  look(book, [quiet], 20);
  assert.deepEqual(book.of("q"), ["waiting"]); // it swings
  assert.equal(look(book, [quiet], 10 + HOLD_MS).changed, true);
  assert.deepEqual(book.all, []);
  assert.equal(look(book, [loud], 20 + HOLD_MS).fresh.length, 0);
  assert.deepEqual(
    book.all.map(({ seen }) => seen),
    [false],
  );
  look(book, [], 30 + 2 * HOLD_MS);
  assert.equal(look(book, [loud], 30 + 2 * HOLD_MS + QUIET_MS).fresh.length, 1);
});

test("those not seen come first, the newest first", () => {
  const book = new AlarmBook();
  const loud = (id: string) => queue(id, { waiting: 1, alarms: { waiting: 1 } });
  look(book, [loud("a")], 1);
  look(book, [loud("a"), loud("b")], 2);
  assert.deepEqual(
    book.all.map((one) => ("queue" in one ? one.queue : one.trunk)),
    ["b", "a"],
  );
  book.see({ queue: "b", alarm: "waiting" });
  assert.deepEqual(
    book.all.map((one) => ("queue" in one ? one.queue : one.trunk)),
    ["a", "b"],
  );
  book.see();
  assert.ok(book.all.every(({ seen }) => seen));
});

test("a trunk's alarm stands beside those of queues, and each is seen by itself", () => {
  const book = new AlarmBook();
  const loud = queue("carrier", { waiting: 1, alarms: { waiting: 1 } });
  const trunk = (node: string, ...alarms: TrunkRow["alarms"]): TrunkRow => ({ id: "carrier", node, alarms });
  const both = [trunk("one", "down"), trunk("two", "down", "equal_callers")];
  assert.equal(look(book, [loud], 1, both).fresh.length, 4);
  assert.deepEqual(book.of("carrier"), ["waiting"]);
  book.see({ trunk: "carrier", node: "two", alarm: "down" });
  const unseen = book.ofTrunks.filter((one) => !book.all.some((all) => all.seen && all === one));
  assert.deepEqual(
    unseen.map(({ node, alarm }) => `${node} ${alarm}`),
    ["one down", "two equal_callers"],
  );
  look(book, [loud], 1 + HOLD_MS, [trunk("one"), trunk("two", "equal_callers")]);
  assert.deepEqual(
    book.ofTrunks.map(({ node, alarm }) => `${node} ${alarm}`),
    ["two equal_callers"],
  );
});

test("lists: queues by name, agents by what they do, contacts by who waits longest", () => {
  const centre = new Centre();
  centre.apply(
    snapshot({
      queues: [queue("b"), queue("a")],
      agents: [
        agent("off", { state: "signed_out" }),
        agent("late", { state: "talking", since: "2026-11-21T09:30:00Z", queues: ["a"] }),
        agent("early", { state: "talking", since: "2026-11-21T09:00:00Z" }),
        agent("rings", { state: "ringing", name: "Ann <b>" }),
      ],
      contacts: [
        contact("talks", { state: "connected", connected_at: "2026-11-21T08:00:00Z", agent: "early" }),
        contact("second", { caller: { number: "+49301234", name: "" } }),
        contact("first", { enqueued_at: "2026-11-21T09:00:00Z", queue: "a" }),
        contact("rung", { state: "offered", offers: [{ agent: "rings" }] }),
      ],
    }),
    at,
  );
  assert.deepEqual(ids(queuesInOrder(centre.queues)), ["a", "b"]);
  assert.deepEqual(ids(agentsInOrder(centre.agents, EVERYTHING)), ["rings", "early", "late", "off"]);
  assert.deepEqual(ids(agentsInOrder(centre.agents, { ...EVERYTHING, queue: "a" })), ["late"]);
  assert.deepEqual(ids(agentsInOrder(centre.agents, { ...EVERYTHING, text: "ann <" })), ["rings"]);
  assert.deepEqual(ids(agentsInOrder(centre.agents, { ...EVERYTHING, agents: "signed_out" })), ["off"]);
  assert.deepEqual(ids(contactsInOrder(centre.contacts, EVERYTHING)), ["first", "second", "rung", "talks"]);
  assert.deepEqual(ids(contactsInOrder(centre.contacts, { ...EVERYTHING, text: "1234" })), ["second"]);
  assert.deepEqual(ids(contactsInOrder(centre.contacts, { ...EVERYTHING, contacts: "talking" })), ["talks"]);
});

test("of a long list, what is in sight is drawn, wherever one scrolls, and never much more", () => {
  for (const count of [0, 1, 7, 2000])
    for (const scrolled of [-50, 0, 13, 400, 39_990, 1e9]) {
      const { first, last } = spanOf(scrolled, 600, 40, count);
      const top = Math.max(0, Math.min(scrolled, count * 40 - 600));
      assert.ok(first >= 0 && last <= count && last - first <= 30, `${count} ${scrolled}`);
      assert.ok(first * 40 <= top && last * 40 >= Math.min(count * 40, top + 600), `${count} ${scrolled}`);
    }
  assert.deepEqual(spanOf(0, 600, 0, 2000), { first: 0, last: 50 }); // before a row was measured
});

test("running times", () => {
  assert.deepEqual(
    [-1, 0, 5000, 727_000, 3_600_000, 172_800_000].map((ms) => runningText(ms)),
    ["0:00", "0:00", "0:05", "12:07", "1:00:00", "2 d 0 h"],
  );
  assert.equal(runningText(3_720_000, true), "1 h 02");
});

test("a quarter in which nothing was counted is none, not its neighbours'", () => {
  const line = (interval: string, offered: number, service_level: number | null) => ({
    by: { interval },
    measures: { offered, answered: 1, abandoned: 0, service_level },
  });
  const series = seriesOf([
    line("2026-11-21T10:45+01:00", 4, 0.5),
    line("2026-11-21T10:00+01:00", 2, null),
    line("nonsense", 9, 1),
  ]);
  assert.deepEqual(series.offered, [2, 0, 0, 4]);
  assert.deepEqual(series.level, [null, null, null, 50]);
  assert.equal(series.times[3], Date.parse("2026-11-21T09:45:00Z") / 1000);
});

test("screens of a television are filled evenly, and each queue comes", () => {
  const rows = Array.from({ length: 7 }, (_, n) => n);
  assert.deepEqual(screenOf(rows, 0, false).rows, [0, 1, 2, 3]);
  assert.deepEqual(screenOf(rows, 1, false).rows, [4, 5, 6]);
  assert.deepEqual(screenOf(rows, 2, false).page, 0);
  assert.deepEqual(screenOf([], 5, false), { rows: [], page: 0, pages: 1, columns: 1 });
  for (let count = 1; count < 40; count++) {
    const all = Array.from({ length: count }, (_, n) => n);
    const { pages } = screenOf(all, 0, false);
    const seen = Array.from({ length: pages }, (_, turn) => screenOf(all, turn, false).rows);
    assert.deepEqual(seen.flat(), all);
    assert.ok(seen.every(({ length }) => length > 0 && length <= MOST));
  }
});

test("what may be done depends on what is", () => {
  assert.deepEqual(agentActions(agent("a", { state: "signed_out" })), []);
  assert.deepEqual(agentActions(agent("a", { state: "not_ready" })), ["ready", "sign_out"]);
  assert.deepEqual(agentActions(agent("a", { state: "wrap_up" })), ["end_wrap_up", "not_ready", "sign_out"]);
  assert.deepEqual(contactActions(contact("c")), ["serve_next", "hang_up"]);
  assert.deepEqual(contactActions(contact("c", { head_start: NEXT_S })), ["hang_up"]);
  assert.deepEqual(contactActions(contact("c", { state: "connected" })), ["transfer", "hang_up"]);
  assert.deepEqual(contactActions(contact("c", { state: "closing" })), []);
});

test("names are names in an address", () => {
  assert.equal(agentRequest("a/../b", "sign_out", "").path, "/v1/agents/a%2F..%2Fb/sign-out");
  assert.deepEqual(agentRequest("a", "not_ready", "lunch").body, { reason: "lunch" });
  assert.deepEqual(contactRequest("c", "transfer", "queue:a:b").body, { queue: "a:b" });
  assert.deepEqual(contactRequest("c", "serve_next", "").body, { head_start: NEXT_S });
});

test("each language has every word, with the same places to fill", () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  for (const words of [de, es])
    for (const [key, text] of Object.entries(wallEn))
      assert.deepEqual(places(words[key as keyof typeof wallEn]), places(text), key);
});
