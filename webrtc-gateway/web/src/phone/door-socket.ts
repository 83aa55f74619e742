// JsSIP's socket to the SIP door. A token in the door's URL works once, so each opening asks for the URL anew.

import type { Socket } from "jssip";

/** The next URL to open, or nothing when there is to be no further try. */
export type NextUrl = () => Promise<string | null>;

export class DoorSocket implements Socket {
  via_transport: string;
  readonly sip_uri: string;
  private socket: WebSocket | null = null;
  private opening = false;
  private registerAt = 0;
  /** From a REGISTER to the first answer to it: the round trip to whoever registers phones. */
  roundTripMs: number | null = null;

  constructor(
    readonly url: string,
    private readonly next: NextUrl,
  ) {
    const at = new URL(url);
    this.via_transport = at.protocol === "wss:" ? "WSS" : "WS";
    this.sip_uri = `sip:${at.host};transport=ws`;
  }

  // JsSIP puts its own in their place.
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (data: unknown) => void = () => undefined;

  connect(): void {
    if (this.socket || this.opening) return;
    this.opening = true;
    void this.next().then((url) => {
      if (!this.opening) return;
      this.opening = false;
      if (url) this.open(url);
    });
  }

  private open(url: string): void {
    const socket = new WebSocket(url, "sip");
    this.socket = socket;
    socket.onopen = () => this.onconnect();
    socket.onmessage = ({ data }) => {
      this.measure(data);
      this.ondata(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.ondisconnect(!wasClean, code, reason);
    };
  }

  disconnect(): void {
    this.opening = false;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    if (typeof message === "string" && message.startsWith("REGISTER ")) this.registerAt = performance.now();
    this.socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.opening || this.socket?.readyState === WebSocket.CONNECTING;
  }

  private measure(data: unknown): void {
    if (!this.registerAt || typeof data !== "string" || !/^SIP\/2\.0 /.test(data) || !/^CSeq:.*REGISTER/im.test(data))
      return;
    this.roundTripMs = Math.round(performance.now() - this.registerAt);
    this.registerAt = 0;
  }
}
