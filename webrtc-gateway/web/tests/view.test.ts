import assert from "node:assert/strict";
import { test } from "node:test";
import { IDLE, type Input, reduce, type View } from "../src/help/view.ts";
import { announcement, wording } from "../src/help/wording.ts";
import type { FromGateway } from "../src/protocol/session.ts";
import { helpEn } from "../src/words/help-en.ts";

const message = (message: FromGateway): Input => ({ on: "message", message });
const after = (...inputs: Input[]): View => inputs.reduce(reduce, IDLE);
const pressed: Input = { on: "press", media: "audio" };
const granted: Input = { on: "microphone", state: "granted" };
const call = message({ type: "call", url: "wss://x", uri: "sip:a@b", identity: "sip:c@d", media: "audio", until: 0 });
const talking = message({ type: "talking", agent: "Ben" });

test("a press leads over microphone and queue to a talk", () => {
  assert.equal(after(pressed).phase, "asking");
  assert.equal(after(pressed, granted).phase, "joining");
  const waiting = after(pressed, granted, message({ type: "waiting", place: 3, wait: null }));
  assert.deepEqual([waiting.phase, waiting.place], ["waiting", 3]);
  assert.equal(after(pressed, granted, call).phase, "calling");
  assert.deepEqual([after(pressed, granted, call, talking).agent], ["Ben"]);
});

test("sound that does not come is a fault in a talk, and nowhere else", () => {
  const silent: Input = { on: "sound", up: false };
  const said = (view: View) => wording(view, helpEn).title;
  const inTalk = after(pressed, granted, call, talking, silent);
  assert.equal(said(inTalk), helpEn.lost_title);
  assert.equal(said(reduce(inTalk, message({ type: "held" }))), helpEn.held_title);
  assert.equal(said(reduce(inTalk, message({ type: "waiting", place: 1, wait: null }))), helpEn.place_next);
  assert.equal(said(reduce(inTalk, { on: "sound", up: true })), "You are talking to Ben");
});

test("a page that comes back to its end is told of it and nothing else", () => {
  const lost = after(pressed, granted, call, talking, { on: "line", up: false });
  assert.equal(wording(lost, helpEn).title, helpEn.lost_title);
  const over = reduce(lost, message({ type: "ended", reason: "agent" }));
  assert.equal(wording(over, helpEn).title, helpEn.ended_title);
  const gone = reduce(lost, message({ type: "error", code: "expired" }));
  assert.equal(wording(gone, helpEn).title, helpEn.expired_title);
});

test("a page that was loaded anew says what became of the place or the talk", () => {
  const refused = message({ type: "error", code: "token" });
  const resumed = (talking: boolean): Input => ({ on: "resume", media: "audio", talking });
  assert.deepEqual([after(resumed(true), refused).phase, after(resumed(true), refused).end], ["ended", "agent"]);
  assert.equal(after(resumed(false), refused).refusal, "expired");
  assert.equal(after(pressed, granted, refused).refusal, "ticket");
});

test("a missed agent costs no place and is said", () => {
  const view = after(
    pressed,
    granted,
    message({ type: "waiting", place: 1, wait: null }),
    call,
    message({ type: "again" }),
  );
  assert.deepEqual([view.phase, view.again, view.place], ["waiting", true, 1]);
  assert.match(wording(view, helpEn).detail, /kept your place/);
});

test("a queue that shares no pages is not asked to, and a harmless error ends nothing", () => {
  const view = after(pressed, granted, call, message({ type: "talking", agent: "Ben", share: false }));
  assert.deepEqual([view.canShare, after(pressed, granted, call, talking).canShare], [false, true]);
  assert.equal(reduce(view, message({ type: "error", code: "share" })), view);
});

test("nothing of an earlier session changes a closed window", () => {
  assert.equal(reduce(IDLE, talking), IDLE);
  const ended = after(pressed, granted, message({ type: "ended", reason: "closed" }));
  assert.equal(reduce(ended, talking), ended);
  assert.equal(reduce(ended, { on: "close" }), IDLE);
});

test("a window with a call in it cannot be closed by accident", () => {
  const view = after(pressed, granted, call, talking);
  assert.equal(reduce(view, { on: "close" }), view);
});

test("leaving the queue and hanging up are told apart", () => {
  assert.equal(after(pressed, granted, { on: "hang_up" }).end, "left");
  assert.equal(after(pressed, granted, call, { on: "hang_up" }).end, "customer");
});

test("a page is never shared outside of a call, and a request does not undo sharing", () => {
  assert.equal(after(pressed, granted, { on: "share", share: "on" }).share, "off");
  const shared = after(pressed, granted, call, talking, { on: "share", share: "on" });
  assert.equal(reduce(shared, message({ type: "share_asked" })).share, "on");
  assert.equal(reduce(shared, message({ type: "again" })).share, "off");
});

test("an error ends it with words, an unknown message does not", () => {
  assert.equal(after(pressed, granted, message({ type: "error", code: "expired" })).refusal, "expired");
  assert.equal(after(pressed, granted, call, message({ type: "error", code: "unknown" })).phase, "calling");
});

test("every refusal and every end has its own title", () => {
  const states = ["refused_microphone", "no_microphone", "insecure", "ticket", "expired", "busy", "closed"] as const;
  const refused = states.map((refusal) => wording({ ...IDLE, phase: "refused", refusal }, helpEn).title);
  const ends = ["agent", "closed", "timed_out", "failed"] as const;
  const ended = ends.map((end) => wording({ ...IDLE, phase: "ended", end }, helpEn).title);
  assert.equal(new Set(refused).size, states.length);
  assert.equal(new Set(ended).size, ends.length);
});

test("the live region says nothing before the press and everything after", () => {
  assert.equal(announcement(IDLE, helpEn), "");
  assert.match(announcement(after(pressed, granted, call, talking), helpEn), /talking to Ben/);
});
