import assert from "node:assert/strict";
import { test } from "node:test";
import { type RecordedEvent, Scrubber } from "../src/cobrowse/scrub.ts";
import { scrubCss, scrubUrl, scrubUrlSet } from "../src/cobrowse/scrub-url.ts";

const event = (type: number, data: unknown): RecordedEvent => ({ type, data, timestamp: 1 });
const element = (tagName: string, attributes: object, childNodes: object[] = []) => ({
  type: 2,
  tagName,
  attributes,
  childNodes,
  id: 1,
});
const begun = () => {
  const scrubber = new Scrubber();
  scrubber.scrub(
    event(2, {
      node: element("body", {}, [{ type: 2, tagName: "p", id: 8, attributes: { rr_width: "9px" }, childNodes: [] }]),
    }),
  );
  return scrubber;
};
const sent = (each: RecordedEvent) => JSON.stringify(begun().scrub(each));

test("a URL keeps its way and loses what follows", () => {
  assert.equal(scrubUrl("https://shop.example/a/b?token=SECRET#SECRET"), "https://shop.example/a/b");
  assert.equal(scrubUrl("https://ann:SECRET@shop.example/"), "https://shop.example/");
  assert.equal(scrubUrl("javascript:SECRET"), "");
  assert.equal(scrubUrl("data:text/html,SECRET"), "");
  assert.equal(scrubUrl("data:image/png;base64,AAA"), "data:image/png;base64,AAA");
  assert.equal(scrubUrlSet("a.png?SECRET 1x, b.png 2x"), "a.png 1x, b.png 2x");
});

test("style sheets keep their pictures without queries", () => {
  assert.equal(scrubCss("a{background:url( 'x.png?SECRET' )}"), "a{background:url( 'x.png' )}");
  assert.equal(scrubCss('@import "x.css?SECRET";'), '@import "x.css";');
});

test("a snapshot loses values, choices, data-*, handlers, comments", () => {
  const node = element("form", { "data-user": "SECRET", onsubmit: "SECRET()", action: "/pay?SECRET" }, [
    element("input", { type: "text", value: "SECRET", checked: true, placeholder: "Name" }),
    element("option", { value: "SECRET", selected: true }, [{ type: 3, textContent: "Visa", id: 2 }]),
    element("meta", { content: "SECRET" }),
    { type: 5, textContent: "SECRET", id: 3 },
  ]);
  const text = sent(event(2, { node, initialOffset: { top: 0, left: 0 } }));
  assert.doesNotMatch(text, /SECRET|selected|checked/);
  assert.match(text, /Name.*Visa/);
});

test("a button keeps its label", () => {
  assert.match(sent(event(2, { node: element("input", { type: "submit", value: "Pay now" }) })), /Pay now/);
});

test("later changes are scrubbed like the first picture", () => {
  const data = {
    source: 0,
    texts: [],
    removes: [],
    attributes: [{ id: 1, attributes: { value: "SECRET", "data-x": "SECRET", href: "/a?SECRET", class: "kept" } }],
    adds: [{ parentId: 1, nextId: null, node: element("a", { href: "/b?SECRET", "data-y": "SECRET" }) }],
  };
  const text = sent(event(3, data));
  assert.doesNotMatch(text, /SECRET/);
  assert.match(text, /kept/);
});

test("typing is a mask of one length, and a tick is not told", () => {
  const of = (text: string) => sent(event(3, { source: 5, id: 1, text, isChecked: true, extra: "SECRET" }));
  assert.equal(of("SECRET"), of("SECRET SECRET"));
  assert.doesNotMatch(of("SECRET"), /SECRET|true/);
});

test("the page's address has no query; unknown kinds stay at home", () => {
  assert.doesNotMatch(sent(event(4, { href: "https://x.example/a?SECRET", width: 1, height: 1 })), /SECRET/);
  for (const type of [5, 6, 99]) assert.equal(begun().scrub(event(type, { payload: "SECRET" })), null);
  for (const source of [9, 10, 11, 77]) assert.equal(begun().scrub(event(3, { source, x: "SECRET" })), null);
});

test("what the viewer was never given is never told of", () => {
  const secret = { type: 3, textContent: "SECRET", id: 12 };
  const mutation = (data: object) =>
    sent(event(3, { source: 0, adds: [], removes: [], texts: [], attributes: [], ...data }));
  assert.doesNotMatch(mutation({ adds: [{ parentId: 8, node: secret }], isAttachIframe: true }), /SECRET/);
  assert.doesNotMatch(mutation({ adds: [{ parentId: 8, node: secret }] }), /SECRET/); // below a blocked element
  assert.doesNotMatch(mutation({ adds: [{ parentId: 77, node: secret }] }), /SECRET/); // in another document
  assert.doesNotMatch(mutation({ texts: [{ id: 12, value: "SECRET" }] }), /SECRET/);
  assert.doesNotMatch(mutation({ attributes: [{ id: 8, attributes: { title: "SECRET" } }] }), /SECRET/);
  assert.doesNotMatch(sent(event(3, { source: 15, id: 9, styles: [{ rules: [{ rule: "SECRET" }] }] })), /SECRET/);
  const child = { parentId: 20, node: { type: 3, textContent: "kept", id: 21 } };
  const parent = { parentId: 1, node: { ...element("b", {}), id: 20 } };
  assert.match(mutation({ adds: [child, parent] }), /kept/); // a child before its parent
});
