// The agent's browser phone: registers through the door, has one call at a time, comes back by itself.

import { UA } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { RTCSessionEvent } from "jssip/lib/UA";
import type { PhoneAccount } from "../protocol/desk.ts";
import { DoorSocket } from "./door-socket.ts";
import { followMedia, stopTracks, switchTracks } from "./media.ts";

export interface SeatPhoneListener {
  readonly state: (state: "starting" | "ready" | "lost", roundTripMs: number | null) => void;
  readonly call: (call: "none" | "ringing" | "up") => void;
  readonly remote: (stream: MediaStream | null) => void;
  readonly own: (stream: MediaStream | null) => void;
  /** Whether the agent already said yes to what rings now. */
  readonly answersByItself: () => boolean;
  readonly microphone: () => Promise<MediaStream | null>;
  /** A fresh account: the token in the last one's URL is used up. */
  readonly renew: () => Promise<PhoneAccount>;
}

export class SeatPhone {
  private readonly agent: UA;
  private readonly socket: DoorSocket;
  private session: RTCSession | null = null;
  private answering: RTCSession | null = null;
  private stream: MediaStream | null = null;
  private muted = false;
  private filmed = true;
  private orphaned = false;
  private retired = false;

  constructor(
    private account: PhoneAccount,
    private readonly listener: SeatPhoneListener,
  ) {
    let first = true;
    this.socket = new DoorSocket(account.url, async () => {
      if (!first) {
        this.account = await listener.renew();
        this.agent.set("password", this.account.password);
      }
      first = false;
      return this.account.url;
    });
    this.agent = new UA({
      sockets: this.socket,
      uri: account.uri,
      password: account.password,
      register: true,
      session_timers: false, // FreeSWITCH answers JsSIP's 90 s with 422
      connection_recovery_max_interval: 8,
      user_agent: "Cordpair",
    });
    this.agent.on("registered", () => listener.state("ready", this.socket.roundTripMs));
    this.agent.on("registrationFailed", () => listener.state("lost", null));
    this.agent.on("disconnected", () => {
      this.orphaned = this.session !== null; // its sound goes on, but nobody can tell that it ended
      listener.state("lost", null);
    });
    this.agent.on("newRTCSession", ({ session }: RTCSessionEvent) => this.rung(session));
    listener.state("starting", null);
    this.agent.start();
  }

  /** Late offers too: JsSIP hangs after an answer that brings no media, so it is always given the microphone. */
  async answer(): Promise<void> {
    const session = this.session;
    if (!session?.isInProgress() || session === this.answering) return;
    this.answering = session; // once: it may be asked for again while the microphone is waited for
    const stream = await this.listener.microphone();
    if (!stream || session !== this.session || session.isEnded()) {
      stopTracks(stream);
      if (!stream) session.terminate({ status_code: 480 });
      return;
    }
    this.stream = stream;
    this.mute(this.muted);
    this.camera(this.filmed);
    this.listener.own(stream);
    session.answer({ mediaStream: stream, pcConfig: { iceServers: [...(this.account.ice_servers ?? [])] } });
  }

  mute(muted: boolean): void {
    this.muted = muted;
    if (this.stream) switchTracks(this.stream, "audio", !muted);
  }

  camera(on: boolean): void {
    this.filmed = on;
    if (this.stream) switchTracks(this.stream, "video", on);
  }

  hangUp(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate();
  }

  /** Ends a call whose end could not be told. */
  letGo(): void {
    if (this.orphaned) this.hangUp();
  }

  /** No further call; the one that is up is not cut short. */
  retire(): void {
    this.retired = true;
    if (!this.session) this.stop();
  }

  stop(): void {
    this.agent.stop();
    this.over();
  }

  private rung(session: RTCSession): void {
    if (this.session || this.retired) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.session = session;
    followMedia(session, { remote: (stream) => this.listener.remote(stream), broken: () => undefined });
    const over = () => session === this.session && this.over();
    session.on("ended", over);
    session.on("failed", over);
    session.on("accepted", () => this.listener.call("up"));
    if (this.listener.answersByItself()) void this.answer();
    else this.listener.call("ringing");
  }

  private over(): void {
    this.session = this.answering = null;
    this.orphaned = false;
    stopTracks(this.stream);
    this.stream = null;
    this.muted = false;
    this.filmed = true;
    this.listener.own(null);
    this.listener.remote(null);
    this.listener.call("none");
    if (this.retired) this.agent.stop();
  }
}
