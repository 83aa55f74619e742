import assert from "node:assert/strict";
import { test } from "node:test";
import { merge, settle } from "../src/office/configuration/merge.ts";
import { fromJson, showPath, type Table, toJson } from "../src/office/configuration/tables.ts";

const read = (json: string): Table => fromJson(json) as Table;
const action = (path: readonly unknown[]) => path.at(-1) === "on_full";
const merged = (base: string, mine: string, theirs: string) => merge(read(base), read(mine), read(theirs), action);

test("what only one side changed is taken, field by field", () => {
  const { config, conflicts } = merged(
    '{"agents":{"anna":{"seat":"1","shown_as":"Anna"},"ben":{}}}',
    '{"agents":{"anna":{"seat":"2","shown_as":"Anna"},"ben":{},"carla":{}}}',
    '{"agents":{"anna":{"seat":"1","shown_as":"Anna B"}},"skills":{"x":"X"}}',
  );
  assert.deepEqual(conflicts, []);
  assert.equal(toJson(config), '{"agents":{"anna":{"seat":"2","shown_as":"Anna B"},"carla":{}},"skills":{"x":"X"}}');
});

test("the same change on both sides is one", () => {
  const { config, conflicts } = merged('{"a":{"x":1}}', '{"a":{"x":2,"y":[1]}}', '{"a":{"x":2,"y":[1]}}');
  assert.deepEqual([toJson(config), conflicts], ['{"a":{"x":2,"y":[1]}}', []]);
});

test("different changes of one value are asked about, and theirs stands until then", () => {
  const both = merged('{"a":{"x":1,"y":1}}', '{"a":{"x":2,"y":2}}', '{"a":{"x":3,"y":3}}');
  assert.equal(toJson(both.config), '{"a":{"x":3,"y":3}}');
  assert.deepEqual(
    both.conflicts.map(({ path, base, mine, theirs }) => [showPath(path), base, mine, theirs]),
    [
      ["a.x", 1, 2, 3],
      ["a.y", 1, 2, 3],
    ],
  );
  assert.equal(toJson(settle(both, ["mine", "theirs"])), '{"a":{"x":2,"y":3}}');
});

test("an entry that one side removed and the other changed is asked about", () => {
  const gone = merged('{"q":{"a":{"x":1},"b":{}}}', '{"q":{"b":{}}}', '{"q":{"a":{"x":2},"b":{}}}');
  assert.deepEqual(
    gone.conflicts.map(({ path }) => showPath(path)),
    ["q.a"],
  );
  assert.equal(toJson(settle(gone, ["mine"])), '{"q":{"b":{}}}');
  assert.equal(toJson(settle(gone, ["theirs"])), '{"q":{"a":{"x":2},"b":{}}}');
  const kept = merged('{"q":{"a":{"x":1}}}', '{"q":{"a":{"x":2}}}', '{"q":{}}');
  assert.equal(toJson(settle(kept, ["mine"])), '{"q":{"a":{"x":2}}}');
});

test("lists and actions are one value: halves of two are none", () => {
  const base = '{"q":{"on_full":{"hang_up":"busy"},"steps":[1,2]}}';
  const mine = '{"q":{"on_full":{"queue":"x"},"steps":[1,2]}}';
  const theirs = '{"q":{"on_full":{"hang_up":"normal"},"steps":[1]}}';
  const { config, conflicts } = merged(base, mine, theirs);
  assert.deepEqual(
    conflicts.map(({ path }) => showPath(path)),
    ["q.on_full"],
  );
  assert.equal(toJson(config), '{"q":{"on_full":{"hang_up":"normal"},"steps":[1]}}');
});

test("two who add an entry of the same name share what they agree on", () => {
  const { config, conflicts } = merged('{"q":{}}', '{"q":{"n":{"a":1,"b":1}}}', '{"q":{"n":{"a":1,"b":2,"c":3}}}');
  assert.deepEqual(
    conflicts.map(({ path }) => showPath(path)),
    ["q.n.b"],
  );
  assert.equal(toJson(config), '{"q":{"n":{"a":1,"b":2,"c":3}}}');
});

test("the order is that of the side that changed it", () => {
  const names = (mine: string, theirs: string) => {
    const entries = (word: string) =>
      `{"s":{${word
        .split("")
        .map((name) => `"${name}":1`)
        .join(",")}}}`;
    return [...(merged(entries("abc"), entries(mine), entries(theirs)).config.get("s") as Table).keys()].join("");
  };
  assert.equal(names("bac", "abcd"), "bacd");
  assert.equal(names("abxc", "cab"), "cabx");
  assert.equal(names("axbc", "abyc"), "axbyc");
  assert.equal(names("ac", "acb"), "ac");
});
