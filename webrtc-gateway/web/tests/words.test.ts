import assert from "node:assert/strict";
import { test } from "node:test";
import { words as de } from "../src/words/help-de.ts";
import { helpEn } from "../src/words/help-en.ts";
import { words as es } from "../src/words/help-es.ts";
import { clockText } from "../src/words/clock.ts";
import { placeText, waitText } from "../src/words/wait.ts";
import { direction, pickLanguage, say } from "../src/words/words.ts";

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

for (const [name, words] of Object.entries({ de, es })) {
  test(`${name} has every text, with the same places to fill`, () => {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(helpEn).sort());
    for (const [key, text] of Object.entries(helpEn))
      assert.deepEqual(places(words[key as "title"]), places(text), key);
  });
}

test("places are filled, unknown ones stay", () => {
  assert.equal(say({ a: "{x} and {y}" }, "a", { x: 1 }), "1 and {y}");
});

test("a region falls back to its language, an unknown one to English", () => {
  assert.equal(pickLanguage(["de-AT"], ["en", "de"]), "de");
  assert.equal(pickLanguage(["fr", "es"], ["en", "de", "es"]), "es");
  assert.equal(pickLanguage(["fr"], ["en", "de"]), "en");
  assert.deepEqual([direction("he-IL"), direction("de")], ["rtl", "ltr"]);
});

test("a wait is a range, and says so when nobody knows", () => {
  assert.equal(waitText(helpEn, null), "Not enough data for an estimate");
  assert.equal(waitText(helpEn, { least_s: 5, most_s: 30 }), "Less than a minute");
  assert.equal(waitText(helpEn, { least_s: 40, most_s: 120 }), "Less than 2 minutes");
  assert.equal(waitText(helpEn, { least_s: 120, most_s: 290 }), "About 2 to 5 minutes");
  assert.equal(waitText(helpEn, { least_s: 120, most_s: 120 }), "About 2 to 3 minutes");
});

test("a place is a number, the first one is next, none is nothing", () => {
  assert.equal(placeText(helpEn, 4), "You are number 4");
  assert.equal(placeText(helpEn, 1), "You are next");
  assert.equal(placeText(helpEn, null), "");
});

test("a clock counts whole seconds, and hours where there are some", () => {
  assert.deepEqual([clockText(-5), clockText(65_000), clockText(3_660_000)], ["0:00", "1:05", "1:01:00"]);
});
