import assert from "node:assert/strict";
import { test } from "node:test";
import { agentOf, centreOf, fileOf, inForm } from "../src/office/people/new-agent.ts";

test("of the configuration a new agent needs queues, PBXs, and who has a phone of the engine's", () => {
  const found = centreOf({
    config: {
      queues: { "2": {}, "1": {} },
      pbx: { main: {} },
      seats: { desk: { account: true }, web: {} },
      agents: { eve: { seat: "desk" }, ben: { seat: "web" }, ann: {} },
    },
    order: { queues: ["2", "1"] },
  });
  assert.deepEqual(found.queues, ["2", "1"]);
  assert.deepEqual(found.pbxs, ["main"]);
  assert.deepEqual([...found.phones], [["eve", "desk"]]);
  assert.deepEqual(centreOf({ config: {}, order: {} }).queues, []);
});

test("the form is what the API takes", () => {
  const form = new FormData();
  for (const [key, value] of [
    ["name", " eve "],
    ["shown_as", "Eve"],
    ["seat.new", "sip"],
    ["queues", "sales"],
    ["queues", "support"],
  ] as const)
    form.append(key, value);
  assert.deepEqual(agentOf(form), {
    name: "eve",
    shown_as: "Eve",
    queues: ["sales", "support"],
    seat: { new: "sip" },
  });
  form.set("seat.node", "second");
  assert.deepEqual((agentOf(form) as { seat: object }).seat, { new: "sip", node: "second" });
  form.set("seat.new", "none");
  assert.ok(!("seat" in agentOf(form)));
});

test("what is wrong with a field that the form has not is told with its name", () => {
  const told = inForm([
    { path: "name", message: "is no name" },
    { path: "queues.x", message: "there is no queue" },
    { path: "", message: "later" },
  ]);
  assert.deepEqual(
    told.map(({ path, message }) => [path, message]),
    [
      ["name", "is no name"],
      ["", "queues.x: there is no queue"],
      ["", "later"],
    ],
  );
});

test("a file is called as its program looks for it", () => {
  assert.equal(fileOf("baresip", "105"), "accounts");
  assert.equal(fileOf("linphone", "105"), "linphone-105.xml");
  assert.equal(fileOf("sheet", "105"), "phone-105.txt");
});
