// The line to /v1/stream. It comes back by itself for ever, and says when what it told is old.

import { backoffMs } from "../../line/backoff.ts";
import { parse } from "../../protocol/parse.ts";
import type { Message } from "./rows.ts";

/** The engine says something at least every 5 s: after this much silence nobody is there. */
export const SILENCE_MS = 12_000;
/** A socket that neither opens nor fails. */
const OPENING_MS = 10_000;

export interface LinkOptions {
  readonly socket: () => WebSocket;
  readonly message: (message: Message) => void;
  /** Whether what is shown is what is. */
  readonly live: (live: boolean) => void;
  /** It did not open, or the sign-in is over: somebody may look into it. */
  readonly refused: () => void;
}

export class Link {
  private socket: WebSocket | null = null;
  private tries = 0;
  private over = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly online = () => {
    if (!this.over && !this.socket) this.open();
  };

  constructor(private readonly options: LinkOptions) {
    globalThis.addEventListener?.("online", this.online);
    this.open();
  }

  close(): void {
    this.over = true;
    globalThis.removeEventListener?.("online", this.online);
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    const { socket } = this;
    this.socket = null;
    socket?.close(1000);
  }

  private open(): void {
    clearTimeout(this.retry);
    const socket = this.options.socket();
    let opened = false;
    this.socket = socket;
    this.expect(socket, OPENING_MS);
    socket.onopen = () => {
      opened = true;
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (this.socket !== socket) return;
      const message = parse<Message>(data);
      if (!message) return;
      this.tries = 0;
      this.expect(socket, SILENCE_MS);
      this.options.message(message);
      if (message.type === "snapshot") this.options.live(true);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost(!opened || this.tries > 0);
    };
    socket.onerror = () => undefined; // its close follows
  }

  private expect(socket: WebSocket, ms: number): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      if (this.socket !== socket) return;
      this.lost(false);
      socket.close();
    }, ms);
  }

  private lost(refused: boolean): void {
    clearTimeout(this.silence);
    this.socket = null;
    this.options.live(false);
    if (refused) this.options.refused();
    if (!this.over) this.retry = setTimeout(() => this.open(), backoffMs(this.tries++, Math.random()));
  }
}
