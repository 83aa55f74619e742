// One WebSocket that comes back by itself. Whoever owns it says hello again at each opening and decides when it is over.

import { parse, type Typed } from "../protocol/parse.ts";
import { backoffMs } from "./backoff.ts";

/** The gateway pings every 20 s; two missed ones and a little more mean that nobody is there. */
const SILENCE_MS = 50_000;
/** A socket that neither opens nor fails: Chromium alone would wait for minutes. */
const OPENING_MS = 10_000;

export interface LineOptions<In extends Typed> {
  readonly url: string;
  readonly protocol: string;
  readonly up: () => void;
  readonly down: () => void;
  readonly message: (message: In) => void;
  /** A socket that never opened may have been refused: the owner may look into it. */
  readonly refused?: () => void;
  /** Whether after this close code the line stays down. */
  readonly final?: (code: number) => boolean;
}

export class Line<In extends Typed, Out extends Typed> {
  private socket: WebSocket | null = null;
  private tries = 0;
  private over = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly online = () => this.again();

  constructor(private readonly options: LineOptions<In>) {
    globalThis.addEventListener?.("online", this.online);
    this.open();
  }

  send(message: Out): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.over = true;
    globalThis.removeEventListener?.("online", this.online);
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    this.socket?.close(1000);
  }

  private open(): void {
    clearTimeout(this.retry);
    const socket = new WebSocket(this.options.url, this.options.protocol);
    let opened = false;
    this.socket = socket;
    this.expect(OPENING_MS);
    socket.onopen = () => {
      opened = true;
      this.expect(SILENCE_MS);
      this.options.up();
    };
    socket.onmessage = ({ data }) => {
      this.tries = 0;
      this.expect(SILENCE_MS);
      const message = parse<In>(data);
      if (message) this.options.message(message);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      clearTimeout(this.silence);
      if (this.over) return;
      if (this.options.final?.(code)) {
        this.close();
        return;
      }
      this.options.down();
      if (!opened) this.options.refused?.();
      if (!this.over) this.retry = setTimeout(() => this.open(), backoffMs(this.tries++, Math.random()));
    };
  }

  private again(): void {
    if (!this.over && !this.socket) this.open();
  }

  /** A word within `ms`, or the next socket is tried. */
  private expect(ms: number): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      const silent = this.socket;
      this.socket = null;
      silent?.close();
      this.options.down();
      this.open();
    }, ms);
  }
}
