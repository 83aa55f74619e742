// The desk's line and phone: joins them, and tells the state what happened.

import { Line } from "../line/line.ts";
import type { SeatPhone } from "../phone/seat-phone.ts";
import { openMicrophone } from "../phone/microphone.ts";
import { CLOSED, DESK_PROTOCOL, type FromDesk, type PhoneAccount, type ToDesk } from "../protocol/desk.ts";
import type { Media } from "../protocol/session.ts";
import { type SignIn, signIn, signOut, type Who, whoAmI, whoComes } from "../signing-in/account.ts";
import type { Input } from "./state.ts";

export interface ConnectionListener {
  readonly happened: (input: Input) => void;
  readonly remote: (stream: MediaStream | null) => void;
  readonly own: (stream: MediaStream | null) => void;
  readonly answersByItself: () => boolean;
  readonly microphoneId: () => string;
  readonly media: () => Media;
}

/** A PBX that restarts is away for seconds. */
const ASK_AGAIN_MS = 3000;

export class Connection {
  private line: Line<FromDesk, ToDesk> | null = null;
  private phone: SeatPhone | null = null;
  private starting = false;
  private renewed: ((account: PhoneAccount) => void) | null = null;
  private asking: ReturnType<typeof setTimeout> | null = null;
  private csrf = "";

  constructor(private readonly listener: ConnectionListener) {}

  async begin(): Promise<void> {
    this.enter(await whoComes());
  }

  async signIn(name: string, password: string): Promise<void> {
    this.enter(await signIn(name, password));
  }

  async signOut(): Promise<void> {
    this.close();
    await signOut(this.csrf);
    this.listener.happened({ on: "link", link: "signed_out" });
  }

  send(message: ToDesk): boolean {
    return this.line?.send(message) ?? false;
  }

  answer(): void {
    void this.phone?.answer();
  }

  mute(muted: boolean): void {
    this.phone?.mute(muted);
  }

  camera(on: boolean): void {
    this.phone?.camera(on);
  }

  /** The desk says that there is no conversation any more; a phone that lost its line meanwhile was not told. */
  callIsOver(): void {
    this.phone?.letGo();
  }

  private enter(answer: SignIn): void {
    if ("who" in answer && answer.who.agent === null) {
      const { oidc } = answer.who;
      this.listener.happened({ on: "link", link: "signed_out", error: "no_agent", ...(oidc ? { oidc } : {}) });
    } else if ("who" in answer) this.open(answer.who);
    else this.listener.happened({ on: "link", link: "signed_out", ...answer });
  }

  private open(who: Who): void {
    this.csrf = who.csrf;
    this.listener.happened({ on: "link", link: "connecting", ...(who.oidc ? { oidc: who.oidc } : {}) });
    const url = new URL("/v1/desk", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.line = new Line<FromDesk, ToDesk>({
      url: url.href,
      protocol: DESK_PROTOCOL,
      up: () => undefined, // the gateway speaks first
      down: () => this.listener.happened({ on: "link", link: "lost" }),
      message: (message) => this.told(message),
      refused: () => void this.stillSignedIn(),
      final: (code) => this.isOver(code),
    });
  }

  /** A call that is up here goes on until it is taken over there. */
  private isOver(code: number): boolean {
    if (code !== CLOSED.taken && code !== CLOSED.signed_out) return false;
    this.line = null;
    this.phone?.retire();
    this.phone = null;
    this.listener.happened({ on: "link", link: code === CLOSED.taken ? "elsewhere" : "signed_out" });
    return true;
  }

  private async stillSignedIn(): Promise<void> {
    const answer = await whoAmI();
    if (!("error" in answer) || answer.error !== "") return;
    this.close();
    this.listener.happened({ on: "link", link: "signed_out" });
  }

  private told(message: FromDesk): void {
    if (message.type === "ping") {
      this.send({ type: "pong" });
      return;
    }
    this.listener.happened({ on: "message", message, now: Date.now() });
    if (message.type === "desk" && message.phone) void this.register(message.phone);
    if (message.type === "phone") void this.register(message.phone);
    if (message.type === "error" && message.about === "phone" && message.code !== "no_phone") this.askAgain();
  }

  /** There is no account now: the PBX restarts, or the gateway does not reach it. */
  private askAgain(): void {
    this.asking ??= setTimeout(() => {
      this.asking = null;
      if (this.line) this.send({ type: "phone" });
    }, ASK_AGAIN_MS);
  }

  private async register(account: PhoneAccount): Promise<void> {
    if (this.phone || this.starting) {
      this.renewed?.(account); // the phone survived the desk's line, or waits for just this
      return;
    }
    this.starting = true;
    const { SeatPhone } = await import("../phone/seat-phone.ts");
    this.starting = false;
    if (!this.line) return;
    this.phone = new SeatPhone(account, {
      state: (phone, roundTripMs) => this.listener.happened({ on: "phone", phone, roundTripMs }),
      call: (call) => this.listener.happened({ on: "call", call }),
      remote: this.listener.remote,
      own: this.listener.own,
      answersByItself: this.listener.answersByItself,
      microphone: async () => (await openMicrophone(this.listener.media(), this.listener.microphoneId())).stream,
      renew: () => this.renew(),
    });
  }

  private renew(): Promise<PhoneAccount> {
    return new Promise((resolve) => {
      this.renewed = (account) => {
        this.renewed = null;
        resolve(account);
      };
      this.send({ type: "phone" }); // when the line is down, the next `desk` brings it
    });
  }

  private close(): void {
    this.phone?.stop();
    this.phone = null;
    this.line?.close();
    this.line = null;
  }
}
