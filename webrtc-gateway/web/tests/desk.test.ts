import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../src/desk/drafts.ts";
import { actionOf, SHORTCUTS } from "../src/desk/keys.ts";
import { loudness } from "../src/desk/level.ts";
import { popsOf } from "../src/desk/pop.ts";
import { readSettings, STANDARD } from "../src/desk/settings.ts";
import {
  answersByItself,
  current,
  type Desk,
  EMPTY,
  type Input,
  missingCall,
  phoneIsComingBack,
  reduce,
  rings,
} from "../src/desk/state.ts";
import { ringTone } from "../src/desk/tone.ts";
import { backoffMs } from "../src/line/backoff.ts";
import type { Contact, FromDesk } from "../src/protocol/desk.ts";
import { words as de } from "../src/words/desk-de.ts";
import { deskEn } from "../src/words/desk-en.ts";
import { words as es } from "../src/words/desk-es.ts";

const contact = (phase: Contact["phase"], id = "c"): Contact => ({
  id,
  phase,
  queue: "q",
  medium: "audio",
  customer: "a",
});
const message = (message: FromDesk): Input => ({ on: "message", message, now: 1000 });
const offer: FromDesk = { type: "offer", offer: "o", contact: contact("offered"), expires_at: 0, auto: false };
const whole: FromDesk = {
  type: "desk",
  agent: "ben",
  name: "Ben",
  state: "ready",
  reason: "",
  since: 0,
  now: 5000,
  reasons: [],
  queues: [],
  figures: {},
  phone: null,
  contacts: [],
};
const after = (...inputs: Input[]): Desk => inputs.reduce(reduce, EMPTY);
const up: Input = message(whole);

test("an offer rings until somebody says something", () => {
  const offered = after(up, message(offer));
  assert.equal(rings(offered), true);
  assert.equal(rings(reduce(offered, { on: "accepted", offer: "o" })), false);
  assert.equal(rings(reduce(offered, message({ type: "offer_ended", offer: "o", outcome: "withdrawn" }))), false);
});

test("a call of one's own: nothing to accept, and the customer's result is told", () => {
  const own = { ...offer, auto: true, contact: { ...contact("calling"), rings: "agent" as const } };
  const calling = after(up, message(own));
  assert.equal(rings(calling), false);
  assert.equal(answersByItself(calling), true);
  const ends = (outcome: string) => reduce(calling, message({ type: "offer_ended", offer: "o", outcome }));
  for (const [outcome, key] of [
    ["customer_busy", "customer_busy"],
    ["customer_no_answer", "customer_no_answer"],
    ["customer_congestion", "not_reached"],
    ["cancelled", undefined],
  ] as const) {
    assert.equal(ends(outcome).notice?.key, key);
    assert.equal(answersByItself(ends(outcome)), false, "no later call is answered for it");
  }
  assert.equal(answersByItself(ends("connected")), true);
  const refused = (code: string) =>
    reduce(calling, message({ type: "error", code, about: "call", text: "in English" }));
  assert.deepEqual(
    ["number", "often", "refused"].map((code) => [refused(code).notice?.key, refused(code).notice?.text]),
    [
      ["call_number", undefined],
      ["call_often", undefined],
      ["error", "in English"],
    ],
  );
});

test("another offer's end does not take this one away", () => {
  const offered = after(up, message(offer));
  assert.equal(reduce(offered, message({ type: "offer_ended", offer: "older", outcome: "missed" })), offered);
});

test("an offer that connects by itself does not ring", () => {
  assert.equal(rings(after(up, message({ ...offer, auto: true }))), false);
});

test("the phone answers what the agent said yes to, and nothing else", () => {
  const offered = after(up, message(offer));
  assert.equal(answersByItself(offered), false);
  const accepted = reduce(offered, { on: "accepted", offer: "o" });
  assert.equal(answersByItself(accepted), true);
  assert.equal(
    answersByItself(reduce(accepted, message({ type: "offer_ended", offer: "o", outcome: "accepted" }))),
    true,
  );
  assert.equal(
    answersByItself(reduce(accepted, message({ type: "offer_ended", offer: "o", outcome: "missed" }))),
    false,
  );
  const ready = message({ type: "state", state: "ready", reason: "", since: 0, wrap_up_until: null });
  assert.equal(answersByItself(reduce(accepted, ready)), false);
});

test("after a reload in mid-call the phone is coming back", () => {
  const talking = after(message({ ...whole, contacts: [contact("talking")] }), { on: "phone", phone: "ready" });
  assert.equal(phoneIsComingBack(talking), true);
  assert.equal(answersByItself(talking), true);
  assert.equal(phoneIsComingBack(reduce(talking, { on: "call", call: "up" })), false);
});

test("the desk is about the one talked to, and never about an offer", () => {
  const contacts = [contact("wrap_up", "w"), contact("talking", "t"), contact("offered", "o")];
  assert.equal(current(after(message({ ...whole, contacts })))?.id, "t");
  assert.equal(current(after(message({ ...whole, contacts: [contact("offered")] }))), null);
});

test("contacts are replaced by id and go", () => {
  const one = after(up, message({ type: "contact", contact: contact("calling") }));
  const two = reduce(one, message({ type: "contact", contact: contact("talking") }));
  assert.deepEqual(
    two.contacts.map(({ phase }) => phase),
    ["talking"],
  );
  assert.deepEqual(reduce(two, message({ type: "gone", contact: "c" })).contacts, []);
});

test("what was noted at another computer is there", () => {
  const drafts = new Drafts(() => undefined);
  assert.deepEqual(drafts.of(null), { notes: "", disposition: "" });
  assert.deepEqual(drafts.of({ ...contact("wrap_up"), notes: "Later.", disposition: "solved" }), {
    notes: "Later.",
    disposition: "solved",
  });
});

test("an accepted offer whose customer went is said and forgotten", () => {
  const accepted = after(up, message(offer), { on: "accepted", offer: "o" });
  const gone = reduce(accepted, message({ type: "offer_ended", offer: "o", outcome: "contact_gone" }));
  assert.equal(gone.accepted, "");
  assert.equal(gone.notice?.key, "missed");
});

test("a phone that is back without the call of its conversation says so, once it can take it", () => {
  const ready: Input = { on: "phone", phone: "ready" };
  const talking = after(message({ ...whole, state: "talking", contacts: [contact("talking")] }));
  assert.equal(missingCall(talking, up), null); // not registered yet
  assert.equal(missingCall(reduce(talking, ready), ready)?.id, "c");
  assert.equal(missingCall({ ...reduce(talking, ready), call: "up" }, ready), null);
  assert.equal(missingCall(reduce(talking, ready), { on: "call", call: "none" }), null); // it was hung up
  assert.equal(missingCall(reduce(after(up), ready), ready), null);
});

test("times are the gateway's", () => assert.equal(after(up).skewMs, 4000));

test("a call's end takes the mute with it; a sign-out takes everything", () => {
  assert.equal(after(up, { on: "call", call: "up" }, { on: "mute" }, { on: "call", call: "none" }).muted, false);
  assert.equal(reduce(after(up), { on: "link", link: "signed_out" }).name, "");
});

test("a shortcut is a letter alone, outside of texts", () => {
  const press = (key: string, more: object = {}) =>
    actionOf({ key, ctrlKey: false, altKey: false, metaKey: false, tag: "BODY", ...more });
  assert.equal(press("A"), "accept");
  assert.equal(press("a", { ctrlKey: true }), null);
  assert.equal(press("a", { tag: "TEXTAREA" }), null);
  assert.equal(press("z"), null);
  assert.equal(new Set(SHORTCUTS.map(({ key }) => key)).size, SHORTCUTS.length);
});

test("only web pages are popped", () => {
  const pop = ["javascript:alert(1)", "https://crm.example/1", { url: "data:text/html,x" }, { url: "nonsense" }];
  assert.deepEqual(
    popsOf({ ...contact("talking"), pop }).map(({ title }) => title),
    ["crm.example"],
  );
});

test("damaged settings are the standard ones", () => {
  assert.deepEqual(readSettings("{"), STANDARD);
  assert.deepEqual(readSettings('{"headset": 7, "notify": "yes"}'), STANDARD);
});

test("each further try waits longer, up to eight seconds", () => {
  assert.ok(backoffMs(0, 0) < backoffMs(3, 0));
  assert.equal(backoffMs(50, 1), 8000);
});

test("silence is no level, and the ring is a WAV file", () => {
  assert.equal(loudness(new Float32Array(64)), 0);
  assert.equal(new TextDecoder().decode(ringTone().slice(0, 4)), "RIFF");
});

for (const [name, words] of Object.entries({ de, es })) {
  test(`the desk in ${name} has every text`, () => {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(deskEn).sort());
  });
}
