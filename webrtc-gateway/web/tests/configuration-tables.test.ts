import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, reordered, show } from "../src/office/configuration/difference.ts";
import { formatDuration, parseDuration, tidyDuration } from "../src/office/configuration/duration.ts";
import { Problems } from "../src/office/configuration/problems.ts";
import {
  at,
  fromJson,
  moved,
  parsePath,
  put,
  renamed,
  same,
  showPath,
  type Table,
  toJson,
} from "../src/office/configuration/tables.ts";

const read = (json: string): Table => fromJson(json) as Table;

test("entries keep their order, even those with numbers for names", () => {
  const json =
    '{"services":{"main":{"queue":"a"},"4711":{"queue":"b","to":["x: \\"y\\": 1"]},"12":{"percent":12.5,"on":true}}}';
  assert.equal(toJson(fromJson(json)), json);
  assert.deepEqual([...(read(json).get("services") as Table).keys()], ["main", "4711", "12"]);
});

test("a name from Object.prototype is a name like any other", () => {
  const config = read('{"agents":{"__proto__":{"seat":"1"},"constructor":{}}}');
  assert.equal(at(config, ["agents", "__proto__", "seat"]), "1");
  assert.equal(toJson(put(config, ["agents", "constructor"], undefined)), '{"agents":{"__proto__":{"seat":"1"}}}');
});

test("what is left out and what is null is the same", () => {
  assert.equal(toJson(fromJson('{"a":null,"b":[]}')), '{"b":[]}');
});

test("a value is put where it belongs, and nothing else changes", () => {
  const config = read('{"queues":{"a":{"steps":[{"levels":{"x":1}},{"after":"30s"}]}}}');
  const after = put(config, ["queues", "a", "steps", 1, "levels", "y"], 7);
  assert.equal(toJson(after), '{"queues":{"a":{"steps":[{"levels":{"x":1}},{"after":"30s","levels":{"y":7}}]}}}');
  assert.equal(
    toJson(put(after, ["queues", "a", "steps", 0], undefined)),
    '{"queues":{"a":{"steps":[{"after":"30s","levels":{"y":7}}]}}}',
  );
  assert.equal(at(config, ["queues", "a", "steps", 1, "levels"]), undefined); // the first is as it was
  assert.equal(toJson(put(read("{}"), ["phones", "codes", "ready"], ["1"])), '{"phones":{"codes":{"ready":["1"]}}}');
});

test("names change and entries move where they stand", () => {
  const entries = read('{"a":1,"b":2,"c":3}');
  assert.equal(toJson(renamed(entries, "b", "9")), '{"a":1,"9":2,"c":3}');
  assert.equal(toJson(moved(entries, "c", -1)), '{"a":1,"c":3,"b":2}');
  assert.equal(toJson(moved(entries, "a", -1)), toJson(entries));
  assert.equal(toJson(moved(entries, "c", 1)), toJson(entries));
});

test("paths are read as they are shown", () => {
  for (const path of [
    ["queues", "billing", "steps", 1, "levels", "german"],
    ["agents", "a.b@c", "seat"],
    ["portals", "shop", "pages", '/x"y\\z', "queue"],
  ])
    assert.deepEqual(parsePath(showPath(path)), path);
  assert.equal(showPath(["queues", "a.b", "exit_keys", "#"]), 'queues."a.b".exit_keys."#"');
  assert.deepEqual(parsePath(""), []);
});

test("durations are read as people write them", () => {
  assert.deepEqual(
    ["90", "90s", "1h30m", "250ms", " 1 m ", "-30s", "0"].map(parseDuration),
    [90_000, 90_000, 5_400_000, 250, 60_000, -30_000, 0],
  );
  for (const wrong of ["", "soon", "5x", "1m 3", "--3s", "1e3"]) assert.equal(parseDuration(wrong), null);
  assert.deepEqual([90_000, 0, -30_000, 86_400_250].map(formatDuration), ["1m30s", "0s", "-30s", "1d250ms"]);
  assert.deepEqual(["90", " soon "].map(tidyDuration), ["1m30s", "soon"]);
});

test("a difference names what came, what went, and which value changed", () => {
  const before = read('{"skills":{"a":"A"},"queues":{"q":{"wrap_up":"5s","on_full":{"hang_up":"busy"}},"gone":{}}}');
  const after = read(
    '{"skills":{"a":"A","b":"B"},"queues":{"q":{"wrap_up":"9s","on_full":{"queue":"z"}}},"seats":{"1":{"endpoint":"1"}}}',
  );
  const whole = (path: readonly unknown[]) => path.at(-1) === "on_full";
  const found = differences(before, after, whole).map(
    ({ path, before, after }) => `${showPath(path)}: ${show(before)} → ${show(after)}`,
  );
  assert.deepEqual(found, [
    'skills.b: — → "B"',
    'queues.q.wrap_up: "5s" → "9s"',
    'queues.q.on_full: { hang_up = "busy" } → { queue = "z" }',
    "queues.gone: {} → —",
    'seats.1: — → { endpoint = "1" }',
  ]);
  assert.deepEqual(differences(before, before), []);
});

test("order is a difference of its own", () => {
  const one = read('{"services":{"a":{},"b":{},"c":{}}}');
  assert.deepEqual(differences(one, read('{"services":{"b":{},"a":{},"c":{}}}')), []);
  assert.deepEqual(reordered(one, read('{"services":{"b":{},"a":{},"c":{}}}')), ["services"]);
  assert.deepEqual(reordered(one, read('{"services":{"a":{},"c":{},"d":{}}}')), []);
  assert.equal(same(one, read('{"services":{"b":{},"a":{},"c":{}}}'), true), false);
});

test("problems stand at their fields, errors first", () => {
  const problems = new Problems([
    { path: "queues.a", message: "no agent works it", severity: "warning" },
    { path: "queues.a.steps[1].levels.german", message: "there is no skill", severity: "error" },
    { path: "queues.ab.medium", message: "other", severity: "error" },
    { path: 'agents."a.b".seat', message: "there is no seat", severity: "error" },
  ]);
  assert.equal(problems.errors, 3);
  assert.equal(problems.all.at(-1)?.message, "no agent works it");
  assert.deepEqual(
    problems.under(["queues", "a"]).map(({ message }) => message),
    ["there is no skill", "no agent works it"],
  );
  assert.deepEqual(
    problems.at(["agents", "a.b", "seat"]).map(({ message }) => message),
    ["there is no seat"],
  );
  assert.deepEqual(
    problems.at(["queues", "a"]).map(({ message }) => message),
    ["no agent works it"],
  );
  assert.equal(problems.under(["queues"]).length, 3);
});
