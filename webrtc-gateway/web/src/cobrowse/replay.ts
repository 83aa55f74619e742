// The page inside the desk's frame that shows what the customer shares. It has its own, wider content policy (pages/replay.html);
// rrweb's frame inside it runs no script.

import { Replayer } from "rrweb";
import "rrweb/dist/style.css";
import { COBROWSE_PROTOCOL, type CobrowseMessage } from "../protocol/cobrowse.ts";
import { parse } from "../protocol/parse.ts";
import { fitScale } from "./fit.ts";
import { isFullSnapshot, isMeta } from "./replay-events.ts";

type ReplayerEvent = Parameters<Replayer["addEvent"]>[0];

/** Live replay runs this far behind, so that events arrive before they are due. */
const BEHIND_MS = 200;

const stage = document.querySelector("main") as HTMLElement;
const contact = new URLSearchParams(location.hash.slice(1)).get("contact") ?? "";
let replayer: Replayer | null = null;
let size = { width: 0, height: 0 };

const tell = (message: unknown) => parent.postMessage(message, location.origin);

function fit(): void {
  if (!replayer || !size.width) return;
  const scale = fitScale(size, { width: stage.clientWidth, height: stage.clientHeight });
  replayer.wrapper.style.transform = `scale(${scale})`;
  replayer.wrapper.style.marginInlineStart = `${Math.max(0, (stage.clientWidth - size.width * scale) / 2)}px`;
}

function begin(): Replayer {
  const made = new Replayer([], {
    root: stage,
    liveMode: true,
    mouseTail: false,
    UNSAFE_replayCanvas: false,
    showWarning: false,
    triggerFocus: false,
  });
  made.on("resize", (seen) => {
    size = seen as typeof size;
    fit();
  });
  made.iframe.title = "The customer's page";
  made.startLive(Date.now() - BEHIND_MS);
  return made;
}

function play(events: readonly unknown[]): void {
  for (const event of events) {
    if (isMeta(event)) tell({ type: "page", href: event.data.href });
    // Nothing can be shown before a whole picture is there.
    if (!replayer && !isMeta(event) && !isFullSnapshot(event)) continue;
    replayer ??= begin();
    replayer.addEvent(event as ReplayerEvent);
    if (isFullSnapshot(event)) tell({ type: "shown" });
  }
}

function open(): void {
  const url = new URL("/v1/cobrowse", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url, COBROWSE_PROTOCOL);
  const say = (message: CobrowseMessage) => socket.send(JSON.stringify(message));
  socket.onopen = () => {
    say({ type: "hello", contact });
    say({ type: "snapshot" });
  };
  socket.onmessage = ({ data }) => {
    const message = parse<CobrowseMessage>(data);
    if (message?.type === "events") play(message.events);
    if (message?.type === "ping") say({ type: "pong" });
    if (message?.type === "stop") stop();
  };
  const stop = () => {
    socket.onclose = null;
    socket.close();
    replayer?.destroy();
    replayer = null;
    tell({ type: "stopped" });
  };
  socket.onclose = stop;
  addEventListener("message", ({ origin, data }: MessageEvent<{ type?: string } | null>) => {
    if (origin === location.origin && data?.type === "stop") say({ type: "stop" });
  });
}

// The frame lies under this glass: the agent points, and cannot touch.
const glass = document.querySelector("#glass") as HTMLElement;
let pointed = 0;
glass.addEventListener("pointermove", (event) => {
  if (!replayer || event.timeStamp - pointed < 60) return;
  const box = replayer.iframe.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width;
  const y = (event.clientY - box.top) / box.height;
  if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return;
  pointed = event.timeStamp;
  tell({ type: "pointer", x: Math.round(x * 1e4) / 1e4, y: Math.round(y * 1e4) / 1e4 });
});

addEventListener("resize", fit);
open();
