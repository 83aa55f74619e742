import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, routeOf } from "../src/office/route.ts";
import { words as officeDe } from "../src/words/office-de.ts";
import { officeEn } from "../src/words/office-en.ts";
import { words as officeEs } from "../src/words/office-es.ts";
import { words as peopleDe } from "../src/words/people-de.ts";
import { peopleEn } from "../src/words/people-en.ts";
import { words as peopleEs } from "../src/words/people-es.ts";

test("an address leads to a page and what follows", () => {
  assert.deepEqual(routeOf("/office"), { page: "", rest: "" });
  assert.deepEqual(routeOf("/office/people/keys"), { page: "people", rest: "keys" });
  assert.deepEqual(routeOf("/office/contacts/a%2Fb"), { page: "contacts", rest: "a/b" });
  assert.deepEqual(routeOf("/office/people/%zz"), { page: "people", rest: "%zz" });
  assert.equal(addressOf("people/sign-ins"), "/office/people/sign-ins");
  assert.equal(addressOf('contacts/<b>"'), "/office/contacts/%3Cb%3E%22");
  assert.equal(addressOf(""), "/office");
});

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
const shipped: [Record<string, string>, Record<string, string>][] = [
  [officeEn, officeDe],
  [officeEn, officeEs],
  [peopleEn, peopleDe],
  [peopleEn, peopleEs],
];

test("every language of the office has every text, with the same places to fill", () => {
  for (const [en, other] of shipped) {
    assert.deepEqual(Object.keys(other).sort(), Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) assert.deepEqual(places(other[key] ?? ""), places(text), key);
  }
});
