// The shared page: recorded after the customer's consent, scrubbed, sent, and over at once when revoked.

import { record } from "@rrweb/record";
import { COBROWSE_LIMIT, COBROWSE_PROTOCOL, type CobrowseMessage } from "../protocol/cobrowse.ts";
import { parse } from "../protocol/parse.ts";
import { Pointer } from "./pointer.ts";
import { MASK, type RecordedEvent, Scrubber } from "./scrub.ts";

export interface Sharing {
  readonly stop: () => void;
  /** The agent points there. */
  readonly point: (x: number, y: number) => void;
}

/** What the viewer never gets, not even as text: markup that a page hides or marks as private, other documents, and our own button. */
const BLOCKED = [
  "[data-private]",
  "[hidden]",
  'input[type="hidden"]',
  'input[type="password"]',
  "iframe",
  "frame",
  "object",
  "embed",
  "template",
  "noscript",
  "cordpair-help",
].join(",");

const TYPED_TEXT = "[contenteditable], [contenteditable] *, textarea, output, [role=textbox], [role=textbox] *";

/** Events of this long a time go in one message. */
const BATCH_MS = 80;
/** A line that does not drain is not a reason to fill the customer's memory. */
const BUFFERED_LIMIT = 4 * COBROWSE_LIMIT;

export function startSharing(url: string, token: string, stopped: () => void): Sharing {
  const socket = new WebSocket(url, COBROWSE_PROTOCOL);
  let waiting: RecordedEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopRecording: (() => void) | undefined;
  let over = false;
  const scrubber = new Scrubber();
  const pointer = new Pointer();

  const say = (message: CobrowseMessage) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const flush = () => {
    timer = undefined;
    if (over) return;
    const events = waiting;
    waiting = [];
    const text = JSON.stringify({ type: "events", events });
    if (text.length > COBROWSE_LIMIT || socket.bufferedAmount > BUFFERED_LIMIT) end("too_large");
    else if (socket.readyState === WebSocket.OPEN) socket.send(text);
  };
  const end = (reason: string) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    waiting = [];
    stopRecording?.();
    pointer.remove();
    say({ type: "stop", reason });
    socket.close(1000);
  };
  const endAndTell = (reason: string) => {
    const told = over;
    end(reason);
    if (!told) stopped();
  };

  const begin = () => {
    stopRecording = record<RecordedEvent>({
      emit: (event) => {
        const clean = over ? null : scrubber.scrub(event);
        if (!clean) return;
        waiting.push(clean);
        timer ??= setTimeout(flush, BATCH_MS);
      },
      maskAllInputs: true,
      maskInputFn: (text) => (text ? MASK : ""),
      maskTextSelector: TYPED_TEXT,
      maskTextFn: (text) => text.replace(/\S+/g, MASK),
      blockSelector: BLOCKED,
      ignoreSelector: BLOCKED,
      slimDOMOptions: "all",
      recordCanvas: false,
      recordCrossOriginIframes: false,
      collectFonts: false,
      inlineImages: false,
      sampling: { mousemove: 50, scroll: 100, input: "last" },
    });
  };

  socket.onopen = () => {
    say({ type: "hello", token });
    begin();
  };
  socket.onmessage = ({ data }) => {
    const message = parse<CobrowseMessage>(data);
    if (message?.type === "snapshot" && !over) record.takeFullSnapshot();
    if (message?.type === "ping") say({ type: "pong" });
    if (message?.type === "stop") endAndTell("agent");
  };
  socket.onclose = () => endAndTell("line");
  return { stop: () => end("customer"), point: (x, y) => !over && pointer.show(x, y) };
}
