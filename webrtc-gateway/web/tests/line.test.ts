import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Line } from "../src/line/line.ts";

/** A socket that does what a test says, and else nothing. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  readyState = 0;
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    Socket.all.push(this);
  }

  close(): void {
    this.closed = true;
  }
}

function lineOn(t: { after: (what: () => void) => void }) {
  Socket.all = [];
  const before = globalThis.WebSocket;
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.WebSocket = Socket as never;
  const told: string[] = [];
  const line = new Line({
    url: "wss://x",
    protocol: "p",
    up: () => told.push("up"),
    down: () => told.push("down"),
    message: ({ type }) => told.push(type),
  });
  t.after(() => {
    line.close();
    mock.timers.reset();
    globalThis.WebSocket = before;
  });
  return told;
}

test("a socket that neither opens nor fails is left for another", (t) => {
  const told = lineOn(t);
  mock.timers.tick(9_999);
  assert.equal(Socket.all.length, 1);
  mock.timers.tick(1);
  assert.deepEqual([Socket.all.length, Socket.all[0]?.closed, told], [2, true, ["down"]]);
  Socket.all[0]?.onclose?.({ code: 1006 }); // the old one's end changes nothing
  Socket.all[1]?.onopen?.();
  mock.timers.tick(20_000);
  assert.deepEqual([Socket.all.length, told], [2, ["down", "up"]]);
});

test("after two missed pings nobody is there", (t) => {
  const told = lineOn(t);
  Socket.all[0]?.onopen?.();
  mock.timers.tick(40_000);
  Socket.all[0]?.onmessage?.({ data: '{"type":"ping"}' });
  mock.timers.tick(49_999);
  assert.deepEqual([Socket.all.length, told], [1, ["up", "ping"]]);
  mock.timers.tick(1);
  assert.deepEqual([Socket.all.length, told], [2, ["up", "ping", "down"]]);
});
