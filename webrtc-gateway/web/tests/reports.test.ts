import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf as historyOf, markOf, NOTHING, skillsText } from "../src/office/contacts/story.ts";
import { localeOf } from "../src/office/locale.ts";
import { Figures } from "../src/office/reports/figures.ts";
import { addressOf, daysOf, FIRST, type Period, readQuery } from "../src/office/reports/query.ts";
import { columns, courseOf, momentOf, ordered, type Report } from "../src/office/reports/report.ts";
import { words as de } from "../src/words/reports-de.ts";
import { reportsEn } from "../src/words/reports-en.ts";
import { words as es } from "../src/words/reports-es.ts";

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

for (const [name, words] of Object.entries({ de, es })) {
  test(`${name} has every text of the reports, with the same places to fill`, () => {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(reportsEn).sort());
    for (const [key, text] of Object.entries(reportsEn))
      assert.deepEqual(places(words[key as "title"]), places(text), key);
  });
}

const days = (period: Period, today = "2026-03-01") => daysOf({ ...FIRST, period }, today);

test("periods begin and end with days of the centre", () => {
  assert.deepEqual(days("today"), ["2026-03-01", "2026-03-01"]);
  assert.deepEqual(days("yesterday"), ["2026-02-28", "2026-02-28"]);
  assert.deepEqual(days("this_week"), ["2026-02-23", "2026-03-01"]); // a Sunday belongs to the week before
  assert.deepEqual(days("last_week"), ["2026-02-16", "2026-02-22"]);
  assert.deepEqual(days("this_month"), ["2026-03-01", "2026-03-01"]);
  assert.deepEqual(days("last_month"), ["2026-02-01", "2026-02-28"]);
  assert.deepEqual(days("last_month", "2026-01-31"), ["2025-12-01", "2025-12-31"]);
  assert.deepEqual(daysOf({ ...FIRST, period: "days", from: "2026-01-02", to: "" }, "2026-03-01"), [
    "2026-01-02",
    "2026-01-02",
  ]);
});

test("what is asked for is written into the address, and only that", () => {
  assert.equal(addressOf(FIRST, "2026-03-01"), "/v1/reports?from=2026-03-01&to=2026-03-01&by=interval");
  const all = {
    ...FIRST,
    time: "day",
    name: "queue",
    queue: "a&b=c",
    threshold: "30",
    serviceLevel: "ignore",
  } as const;
  assert.equal(
    addressOf(all, "2026-03-01", "csv"),
    "/v1/reports?from=2026-03-01&to=2026-03-01&by=day%2Cqueue&queue=a%26b%3Dc&service_level=ignore&threshold=30&format=csv",
  );
  assert.match(addressOf({ ...FIRST, time: "", name: "" }, "2026-03-01"), /by=queue$/);
});

test("a stored choice is taken as far as it is one", () => {
  assert.deepEqual(readQuery(null), FIRST);
  assert.deepEqual(readQuery("{"), FIRST);
  assert.deepEqual(readQuery('{"period":"for ever","time":7,"queue":["x"],"agent":"ann"}'), { ...FIRST, agent: "ann" });
  const chosen = { ...FIRST, period: "last_week", name: "agent" } as const;
  assert.deepEqual(readQuery(JSON.stringify(chosen)), chosen);
});

const report = (by: string[], lines: [string[], Record<string, number | null>][]): Report => ({
  zone: "UTC",
  first: "",
  last: "",
  by,
  as_of: "",
  final_until: null,
  complete_from: null,
  policy: { service_level: "offered", threshold_s: 20, short_abandon_s: 0, occupancy: "idle" },
  reconciled: null,
  disagreements: [],
  differences: [],
  units: { offered: "count", service_level: "share", failed: "count" },
  total: {},
  lines: lines.map(([names, measures]) => ({
    by: Object.fromEntries(by.map((each, at) => [each, names[at] ?? ""])),
    measures,
  })),
});

test("lines are put in order by figure or name, what is not known comes last", () => {
  const { lines } = report(
    ["queue"],
    [
      [["b"], { offered: 3, service_level: null }],
      [["a10"], { offered: 20, service_level: 0.5 }],
      [["a9"], { offered: 7, service_level: 0.9 }],
    ],
  );
  const names = (column: string, down: boolean) => ordered(lines, { column, down }).map(({ by }) => by["queue"]);
  assert.deepEqual(names("offered", true), ["a10", "a9", "b"]);
  assert.deepEqual(names("service_level", true), ["a9", "a10", "b"]);
  assert.deepEqual(names("service_level", false), ["a10", "a9", "b"]);
  assert.deepEqual(names("queue", false), ["a9", "a10", "b"]);
  assert.equal(ordered(lines, null), lines);
});

test("a curve adds counts up, and leaves out what cannot be added", () => {
  const found = courseOf(
    report(
      ["hour", "queue"],
      [
        [["2026-11-21T09:00+01:00", "a"], { offered: 1, service_level: 1 }],
        [["2026-11-21T08:00+01:00", "a"], { offered: 3, service_level: 0.5 }],
        [["2026-11-21T08:00+01:00", "b"], { offered: 4, service_level: 1 }],
      ],
    ),
    ["offered", "service_level", "unheard_of"],
  );
  assert.deepEqual(found?.at, [Date.parse("2026-11-21T07:00Z") / 1000, Date.parse("2026-11-21T08:00Z") / 1000]);
  assert.deepEqual(found.values, { offered: [7, 1], service_level: [null, 1] });
  assert.equal(courseOf(report(["queue"], []), ["offered"]), null);
  assert.equal(courseOf(report(["day"], [[["2026-11-21"], { offered: 1 }]]), ["offered"]), null);
});

test("the hour that comes twice is two moments, and weeks begin on Monday", () => {
  const [first, second] = ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"].map(momentOf);
  assert.equal((second ?? 0) - (first ?? 0), 3600);
  assert.equal(momentOf("2026-W01"), Date.UTC(2025, 11, 29) / 1000);
  assert.equal(momentOf("2026-W47"), Date.UTC(2026, 10, 16) / 1000);
  assert.equal(momentOf("tomorrow"), null);
});

test("the main figures first, all on request", () => {
  assert.deepEqual(columns(report(["queue"], []), false), ["offered", "service_level"]);
  assert.deepEqual(columns(report(["queue"], []), true), ["offered", "service_level", "failed"]);
});

test("figures are written as a person of the language reads them", () => {
  const figures = new Figures("de", "Europe/Berlin");
  assert.equal(figures.measure(1234, "count"), "1.234");
  assert.equal(figures.measure(0.8125, "share"), "81,3\u00a0%");
  assert.equal(figures.measure(null, "share"), "–");
  assert.equal(figures.place("interval", "2026-11-21T08:15+01:00"), "21.11.26 08:15");
  assert.equal(figures.place("day", "2026-11-21"), "21.11.26");
  assert.equal(figures.place("queue", ""), "–");
  assert.equal(figures.hour("2026-11-21T14:15:05Z"), "15:15");
  assert.deepEqual(
    [9.4, 9.6, 3670, 400_000].map((value) => figures.measure(value, "seconds")),
    ["0:09", "0:10", "1:01:10", "111:06:40"],
  );
});

test("a story's parts", () => {
  assert.equal(historyOf({ ...NOTHING, queue: "a b" }, 712), "/v1/history?limit=100&queue=a+b&after=712");
  assert.equal(skillsText({ german: 5, billing: 3 }), "german 5, billing 3");
  assert.deepEqual(["offer_made", "contact_connected", "contact_ended", "visit_began"].map(markOf), [
    "offer",
    "talk",
    "end",
    "wait",
  ]);
});

test("dates are written as the browser's person has them, in the language of the words", () => {
  assert.equal(localeOf("en", ["de-AT", "en-GB", "en-US"]), "en-GB");
  assert.equal(localeOf("es", ["de-AT"]), "es");
});
