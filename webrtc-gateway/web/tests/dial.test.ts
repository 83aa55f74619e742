import assert from "node:assert/strict";
import { test } from "node:test";
import { finder, ofLink } from "../src/dial/numbers.ts";
import { words as de } from "../src/words/dial-de.ts";
import { words as en } from "../src/words/dial-en.ts";
import { words as es } from "../src/words/dial-es.ts";

const find = (text: string, ...patterns: string[]): string[] => finder(patterns)(text).map((found) => found.number);

test("every language has every word", () => {
  for (const words of [de, es]) assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort());
  for (const words of [en, de, es]) assert.ok(words.call.includes("{number}"));
});

for (const number of [
  "+34 932 009 000",
  "+34932009000",
  "+49 (0)30 123456",
  "+49 30 / 12 34 56",
  "+1 (212) 555-0123",
  "+44 20 7946 0000",
  "0034 932 009 000",
  "+34\u00a0932\u00a0009\u00a0000",
])
  test(`${number} is a number, wherever it stands in a text`, () => {
    for (const text of [number, `Tel: ${number}, ask for Ana`, `(${number})`, `Tel.:${number}.`, `<${number}>`])
      assert.deepEqual(find(text), [number], text);
  });

for (const text of [
  "2026-11-21",
  "21.11.2026 10:30",
  "2026-11-21T10:30:00+01:00",
  "order 4711000000012",
  "0012345678901",
  "IBAN ES91 2100 0418 4502 0005 1332",
  "4111 1111 1111 1111",
  "192.168.100.200",
  "1+2345678901",
  "?q=+34932009000",
  "https://example.com/+34932009000",
  "x+34932009000",
  "+34932009000@example.com",
  "+34932009000abc",
  "+3493200900012345678",
  "C++34932009000",
  "+0 932 009 000",
  "+34 932",
  "550e8400-e29b-41d4-a716-446655440000",
  "-+34932009000",
])
  test(`${text} is none`, () => {
    assert.deepEqual(find(text), []);
  });

test("national numbers only where the integrator says how they look", () => {
  assert.deepEqual(find("932 009 000 or 932009000"), []);
  assert.deepEqual(find("932 009 000 or 932009000", "9XX XXX XXX"), ["932 009 000", "932009000"]);
  assert.deepEqual(find("id 9320090001, A932009000, 932009000-7", "9XX XXX XXX"), []);
  assert.deepEqual(find("030 123456", "030 XXXXXX"), ["030 123456"]);
  assert.deepEqual(find("anything 1", "X", "(.*)+", "9".repeat(60)), []);
});

test("several in one text, each once; and no more than there is room for", () => {
  assert.deepEqual(find("+34 932 009 000, +34 932 009 001"), ["+34 932 009 000", "+34 932 009 001"]);
  assert.equal(find("+34 932 009 000, ".repeat(100)).length, 20);
});

test("a hostile text takes no time", () => {
  const began = performance.now();
  for (const piece of ["+1 ", "+1(", "0012 ", "+1-", "1 "]) find(piece.repeat(100_000), "9XX XXX XXX");
  find("+1" + " 1".repeat(50_000));
  assert.ok(performance.now() - began < 1_000);
});

test("a link has a number, or not one alone", () => {
  assert.equal(ofLink("tel:+34-932-009-000"), "+34-932-009-000");
  for (const href of ["tel:", "tel:+34932009000;ext=3", "tel:javascript", "https://x/+34", "tel:+34932009000%0d%0aX"])
    assert.equal(ofLink(href), null, href);
});
