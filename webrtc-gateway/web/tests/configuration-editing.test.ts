import assert from "node:assert/strict";
import { test } from "node:test";
import { duplicate, nameProblem, referencesTo, remove, rename, setField } from "../src/office/configuration/editing.ts";
import { areasOf, groupsOf } from "../src/office/configuration/groups.ts";
import { search } from "../src/office/configuration/listing.ts";
import { BLANK_AGENT, seatOf, suggestedName, withAgent } from "../src/office/configuration/new-agent.ts";
import { fieldAt, isWhole, readShape } from "../src/office/configuration/shape.ts";
import {
  skillsOf,
  stepsOf,
  withAfter,
  withLevel,
  withoutSkill,
  withoutStep,
  withSkill,
  withStep,
} from "../src/office/configuration/steps.ts";
import { at, EMPTY, fromJson, showPath, type Table, toJson } from "../src/office/configuration/tables.ts";
import { words as de } from "../src/words/configuration-de.ts";
import { configurationEn } from "../src/words/configuration-en.ts";
import { words as es } from "../src/words/configuration-es.ts";

const read = (json: string): Table => fromJson(json) as Table;
const level = '{"name":"","kind":"number","min":1,"max":10}';
const levels = `{"name":"levels","kind":"map","key":{"kind":"reference","reference":"skills"},"of":${level},"default":{}}`;
const action = (name: string, more = "") => `{"name":"${name}","kind":"action"${more}}`;
const shape = readShape(
  fromJson(`{"sections":[
    {"name":"skills","kind":"map","key":{"kind":"text"},"of":{"name":"","kind":"text"}},
    {"name":"prompts","kind":"map","key":{"kind":"text"},"of":{"name":"","kind":"text"}},
    {"name":"queues","kind":"map","key":{"kind":"text"},"of":{"name":"","kind":"table","fields":[
      {"name":"wrap_up","kind":"duration","default":"0s"},
      {"name":"prompt","kind":"text","suggestions":"prompts","default":""},
      {"name":"steps","kind":"list","default":[],"of":{"name":"","kind":"table","fields":[{"name":"after","kind":"duration","default":"0s"},${levels}]}},
      ${action("on_full", ',"default":{"hang_up":"busy"}')},
      ${action("on_no_agent_ready")},
      {"name":"exit_keys","kind":"map","default":{},"key":{"kind":"text"},"of":${action("")}},
      {"name":"overflow","kind":"table","fields":[{"name":"queue","kind":"reference","reference":"queues","required":true},{"name":"percent","kind":"number","required":true}]}]}},
    {"name":"services","kind":"map","ordered":true,"key":{"kind":"text"},"of":{"name":"","kind":"table","fields":[{"name":"queue","kind":"reference","reference":"queues","required":true}]}},
    {"name":"seats","kind":"map","key":{"kind":"text"},"of":{"name":"","kind":"table","fields":[{"name":"endpoint","kind":"text","required":true}]}},
    {"name":"agents","kind":"map","key":{"kind":"text"},"of":{"name":"","kind":"table","fields":[
      {"name":"shown_as","kind":"text","default":""},
      {"name":"seat","kind":"reference","reference":"seats"},
      {"name":"skills","kind":"map","default":{},"key":{"kind":"reference","reference":"skills"},"of":${level}},
      {"name":"queues","kind":"map","default":{},"key":{"kind":"reference","reference":"queues"},"of":{"name":"","kind":"table","fields":[{"name":"tier","kind":"number","default":1}]}},
      {"name":"capacity","kind":"map","default":{"voice":1},"key":{"kind":"text"},"of":${level}}]}},
    {"name":"phones","kind":"table","default":{},"fields":[{"name":"codes","kind":"table","default":{},"fields":[{"name":"ready","kind":"list","of":{"name":"","kind":"text"},"default":["033"]}]}]},
    {"name":"sign_in","kind":"table","default":{},"fields":[{"name":"oidc","kind":"table","fields":[{"name":"issuer","kind":"text","required":true}]}]}]}`),
);

const centre = read(
  `{"skills":{"german":"speaks","billing":"knows"},"prompts":{"hello":"x"},
    "queues":{"a":{"steps":[{"levels":{"german":7}},{"after":"30s","levels":{"german":4}}],"exit_keys":{"0":{"queue":"b"}},"prompt":"hello"},
              "b":{"on_full":{"queue":"a"},"overflow":{"queue":"a","percent":50}}},
    "services":{"main":{"queue":"a"},"4711":{"queue":"b"}},
    "seats":{"101":{"endpoint":"101"}},
    "agents":{"anna":{"seat":"101","skills":{"german":9,"billing":1},"queues":{"b":{},"a":{"tier":2}}}}}`,
);

test("what refers to an entry is found wherever it stands", () => {
  const to = (section: string, name: string) => referencesTo(shape, centre, section, name).map(showPath);
  assert.deepEqual(to("queues", "a"), [
    "queues.b.on_full.queue",
    "queues.b.overflow.queue",
    "services.main.queue",
    "agents.anna.queues.a",
  ]);
  assert.deepEqual(to("skills", "german"), [
    "queues.a.steps[0].levels.german",
    "queues.a.steps[1].levels.german",
    "agents.anna.skills.german",
  ]);
  assert.deepEqual(to("queues", "b"), ["queues.a.exit_keys.0.queue", "services.4711.queue", "agents.anna.queues.b"]);
  assert.deepEqual(to("prompts", "hello"), ["queues.a.prompt"]);
  assert.deepEqual(to("seats", "101"), ["agents.anna.seat"]);
});

test("references follow a new name, and every order stays", () => {
  const after = rename(shape, rename(shape, centre, "queues", "a", "z"), "skills", "german", "deutsch");
  assert.equal(referencesTo(shape, after, "queues", "a").length, 0);
  assert.equal(
    toJson(after),
    toJson(centre)
      .replaceAll('"queue":"a"', '"queue":"z"')
      .replaceAll('"a":{', '"z":{')
      .replaceAll('"german"', '"deutsch"'),
  );
  assert.equal(rename(shape, centre, "queues", "a", "a"), centre);
});

test("an entry goes alone, or with all that names it", () => {
  const alone = remove(shape, centre, "queues", "a", false);
  assert.equal(referencesTo(shape, alone, "queues", "a").length, 4);
  const all = remove(shape, centre, "queues", "a", true);
  assert.equal(referencesTo(shape, all, "queues", "a").length, 0);
  assert.equal(at(all, ["queues", "b", "on_full"]), undefined); // half an action would be none
  const skill = remove(shape, centre, "skills", "german", true);
  assert.equal(toJson(at(skill, ["queues", "a", "steps"]) ?? ""), '[{"levels":{}},{"after":"30s","levels":{}}]');
});

test("a copy stands after its original, under a free name", () => {
  const first = duplicate(centre, "services", "main");
  assert.equal(first.name, "main-2");
  const second = duplicate(first.config, "services", "main-2");
  assert.deepEqual(
    [second.name, [...(second.config.get("services") as Table).keys()]],
    ["main-3", ["main", "main-2", "main-3", "4711"]],
  );
});

test("what is a default, or nothing, is left out; what says something stays", () => {
  const set = (path: (string | number)[], value: Parameters<typeof setField>[3]) =>
    toJson(setField(shape, EMPTY, path, value));
  assert.equal(set(["queues", "q", "wrap_up"], "0s"), '{"queues":{"q":{}}}');
  assert.equal(set(["queues", "q", "wrap_up"], "9s"), '{"queues":{"q":{"wrap_up":"9s"}}}');
  assert.equal(set(["queues", "q", "on_full"], read('{"hang_up":"busy"}')), '{"queues":{"q":{}}}');
  assert.equal(set(["queues", "q", "overflow", "queue"], ""), '{"queues":{"q":{"overflow":{"queue":""}}}}'); // it must be there
  assert.equal(set(["phones", "codes", "ready"], ["033"]), '{"phones":{}}');
  assert.equal(set(["phones", "codes", "ready"], []), '{"phones":{"codes":{"ready":[]}}}'); // no code at all
  assert.equal(set(["sign_in", "oidc"], EMPTY), '{"sign_in":{"oidc":{}}}'); // switched on
  assert.equal(set(["skills", "x"], ""), '{"skills":{"x":""}}'); // it is there, and means nothing yet
  assert.equal(set(["agents", "a", "capacity"], EMPTY), '{"agents":{"a":{"capacity":{}}}}'); // not the default
  assert.equal(set(["agents", "a", "queues", "q", "tier"], 1), '{"agents":{"a":{"queues":{"q":{}}}}}');
});

test("names are looked at before anything is made", () => {
  const entries = read('{"anna":1}');
  assert.deepEqual(
    ["", "anna", "<b>", "ben.o@x"].map((name) => nameProblem(entries, name)),
    ["empty", "taken", "letters", null],
  );
});

test("actions and secrets are one value", () => {
  const whole = isWhole(shape);
  assert.equal(whole(["queues", "a", "on_full"]), true);
  assert.equal(whole(["queues", "a", "exit_keys", "0"]), true);
  assert.equal(whole(["queues", "a", "exit_keys"]), false);
  assert.equal(fieldAt(shape, ["agents", "anna", "queues", "x", "tier"])?.kind, "number");
  assert.equal(fieldAt(shape, ["nothing", "at", "all"]), undefined);
});

test("steps: levels by skill over time", () => {
  let steps = withSkill([], "german");
  steps = withLevel(steps, 0, "german", 7);
  steps = withStep(withStep(withSkill(steps, "billing")));
  assert.deepEqual(skillsOf(steps), ["german", "billing"]);
  steps = withLevel(withLevel(withAfter(steps, 2, "90s"), 1, "billing", 0), 2, "german", 0);
  assert.equal(
    toJson(steps),
    '[{"levels":{"german":7,"billing":1}},{"levels":{"german":7},"after":"30s"},{"levels":{"billing":1},"after":"90s"}]',
  );
  assert.equal(toJson(withoutStep(steps, 0)), '[{"levels":{"german":7}},{"levels":{"billing":1},"after":"90s"}]');
  assert.equal(toJson(withoutSkill(withoutSkill(steps, "german"), "billing")), "[]");
  assert.deepEqual(stepsOf("nonsense"), []);
});

test("a new agent comes with a seat of their own", () => {
  const given = {
    ...BLANK_AGENT,
    name: "ben",
    fullName: "Ben Okafor",
    queues: ["a"],
    skills: new Map([["german", 5]]),
  };
  const after = withAgent(centre, given);
  assert.equal(
    toJson(at(after, ["agents", "ben"]) ?? ""),
    '{"shown_as":"Ben Okafor","seat":"ben-web","skills":{"german":5},"queues":{"a":{}}}',
  );
  assert.equal(toJson(at(after, ["seats", "ben-web"]) ?? ""), '{"endpoint":"ben-web","browser":true}');
  assert.equal(seatOf(after, given), "ben-web-2");
  const phone = withAgent(centre, { ...given, at: "phone", endpoint: "PJSIP/7", node: "main" });
  assert.equal(toJson(at(phone, ["seats", "ben"]) ?? ""), '{"endpoint":"PJSIP/7","node":"main"}');
  const sitting = withAgent(centre, { ...given, at: "seat", seat: "101" });
  assert.deepEqual([at(sitting, ["agents", "ben", "seat"]), sitting.get("seats")], ["101", centre.get("seats")]);
  assert.equal(at(withAgent(centre, { ...given, at: "none" }), ["agents", "ben", "seat"]), undefined);
});

test("a name for signing in comes from that of a person", () => {
  assert.deepEqual(["Ben Okafor", "  José  Müller-Groß ", "李"].map(suggestedName), [
    "ben.okafor",
    "jose.muller.gross",
    "",
  ]);
});

test("every word is looked for in names and values", () => {
  const agents = centre.get("agents") as Table;
  assert.deepEqual(
    search(agents, "ANN german").map(({ name }) => name),
    ["anna"],
  );
  assert.deepEqual(search(agents, "anna dutch"), []);
  assert.equal(search(centre.get("seats") as Table, "")[0]?.about, "101");
});

test("every section and every field has its place", () => {
  assert.equal(areasOf(shape).flatMap(({ sections }) => sections).length, shape.length);
  const fields = fieldAt(shape, ["queues", "a"])?.fields ?? [];
  assert.deepEqual(new Set(groupsOf("queues", fields).flatMap((group) => group.fields)), new Set(fields));
});

for (const [name, words] of Object.entries({ de, es }))
  test(`${name} has every text of the configurator, with the same places to fill`, () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    assert.deepEqual(Object.keys(words).sort(), Object.keys(configurationEn).sort());
    for (const [key, text] of Object.entries(configurationEn))
      assert.deepEqual(places(words[key as "name"]), places(text), key);
  });
