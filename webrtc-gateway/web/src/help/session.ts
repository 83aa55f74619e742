// The customer's session: joins the ticket, the line, the phone and the recorder, and tells the view what happened.
// The phone is loaded when the button is pressed, the recorder after the customer's consent.

import type { Sharing } from "../cobrowse/recorder.ts";
import { Line } from "../line/line.ts";
import type { CustomerPhone } from "../phone/customer-phone.ts";
import { openMicrophone } from "../phone/microphone.ts";
import {
  type CallOrder,
  type FromGateway,
  isHarmless,
  type Media,
  SESSION_PROTOCOL,
  type Ticket,
  type ToGateway,
} from "../protocol/session.ts";
import { claim, dropResume, keepResume, type Resume } from "./resume.ts";
import { askTicket, type TicketQuestion } from "./ticket.ts";
import type { Input } from "./view.ts";

export interface SessionListener {
  readonly happened: (input: Input) => void;
  readonly remote: (stream: MediaStream | null) => void;
  readonly own: (stream: MediaStream | null) => void;
}

const loadPhone = () => import("../phone/customer-phone.ts");
const loadRecorder = () => import("../cobrowse/recorder.ts");

export class HelpSession {
  private line: Line<FromGateway, ToGateway> | null = null;
  private phone: CustomerPhone | null = null;
  private sharing: Sharing | null = null;
  private consented = false;
  private calls = 0;
  private over = false;
  /** The next hello's token: the ticket's first, then each resume token. */
  private token = "";
  private url = "";
  private talking = false;
  private contact = "";
  private graceMs = 30_000;

  constructor(
    private readonly media: Media,
    private readonly listener: SessionListener,
  ) {}

  /** From a press of the button: microphone first, so that nobody waits for a call that cannot be. */
  async start(ticket: Ticket | null, ticketUrl: string, question: TicketQuestion): Promise<void> {
    void loadPhone();
    const microphone = await openMicrophone(this.media);
    for (const track of microphone.stream?.getTracks() ?? []) track.stop(); // no red dot while waiting
    if (this.over) return;
    this.listener.happened({ on: "microphone", state: microphone.state });
    if (microphone.state !== "granted") return;
    const answer = ticket ? { ticket } : await askTicket(ticketUrl, question);
    if (this.over) return;
    if (!("ticket" in answer)) {
      this.listener.happened({ on: "no_ticket", closed: answer.closed });
      return;
    }
    this.listener.happened({ on: "ticket", ticket: answer.ticket });
    this.open(answer.ticket.session_url, answer.ticket.session_token);
  }

  resume(resume: Resume): void {
    void loadPhone();
    this.open(resume.url, resume.token);
  }

  leave(): void {
    this.line?.send({ type: "leave" });
    this.end();
  }

  mute(muted: boolean): void {
    this.phone?.mute(muted);
  }

  camera(on: boolean): void {
    this.phone?.camera(on);
  }

  /** Consent: the gateway answers with `share`, and only then is anything recorded. */
  consent(): void {
    this.consented = true;
    this.line?.send({ type: "cobrowse", on: true });
  }

  revoke(): void {
    this.stopSharing();
    this.line?.send({ type: "cobrowse", on: false });
  }

  end(): void {
    this.over = true;
    dropResume();
    this.endCall();
    this.line?.close();
    this.line = null;
  }

  /** The page goes away: the place stays, the call and the shared page do not. */
  suspend(): void {
    this.over = true;
    this.endCall();
    this.line?.close();
  }

  private open(url: string, token: string): void {
    this.url = url;
    this.token = token;
    this.line = new Line<FromGateway, ToGateway>({
      url,
      protocol: SESSION_PROTOCOL,
      // A page that was loaded anew has no call any more, and says so.
      up: () => this.line?.send({ type: "hello", token: this.token, in_call: this.phone !== null }) ?? false,
      down: () => this.listener.happened({ on: "line", up: false }),
      message: (message) => this.told(message),
    });
  }

  private told(message: FromGateway): void {
    switch (message.type) {
      case "ping":
        this.line?.send({ type: "pong" });
        this.remember();
        return;
      case "welcome":
        this.token = message.resume_token;
        this.contact = message.contact;
        void claim(message.contact);
        this.graceMs = message.grace_s * 1000;
        this.remember();
        this.listener.happened({ on: "line", up: true });
        return;
      case "pointer":
        this.sharing?.point(message.x, message.y);
        return;
      case "share":
        void this.share(message.url, message.token);
        return;
      case "call":
        void this.call(message);
        break;
      case "talking":
        this.talking = true;
        this.remember();
        break;
      case "waiting":
      case "again":
        this.talking = false;
        // The call may be up and stay so, with music: nobody shares a page with that.
        if (message.in_call) this.stopSharing();
        else this.endCall();
        break;
      default: // the rest is only shown
    }
    this.listener.happened({ on: "message", message });
    if (message.type === "ended" || (message.type === "error" && !isHarmless(message.code))) this.end();
  }

  private remember(): void {
    // The grace counts from the loss, which may come at any time until the next ping renews this.
    const until = Date.now() + this.graceMs + 25_000;
    keepResume({
      contact: this.contact,
      url: this.url,
      token: this.token,
      media: this.media,
      until,
      talking: this.talking,
    });
  }

  private async call(order: CallOrder): Promise<void> {
    this.endCall();
    const call = ++this.calls;
    const [{ CustomerPhone }, microphone] = await Promise.all([loadPhone(), openMicrophone(order.media)]);
    if (this.over || call !== this.calls || !microphone.stream) {
      for (const track of microphone.stream?.getTracks() ?? []) track.stop();
      if (!microphone.stream) this.withoutMicrophone(microphone.state);
      return;
    }
    this.listener.own(microphone.stream);
    this.phone = new CustomerPhone(order, microphone.stream, {
      remote: (stream) => this.listener.remote(stream),
      broken: (broken) => this.listener.happened({ on: "sound", up: !broken }),
      over: () => undefined, // the gateway knows better than the leg: `again`, `call` or `ended` follows
    });
  }

  private withoutMicrophone(state: Exclude<Input & { on: "microphone" }, never>["state"]): void {
    this.line?.send({ type: "microphone", state: "refused" });
    this.listener.happened({ on: "microphone", state });
    this.end();
  }

  private endCall(): void {
    this.calls++;
    this.stopSharing();
    this.phone?.hangUp();
    this.phone = null;
    this.listener.remote(null);
    this.listener.own(null);
  }

  private stopSharing(): void {
    this.consented = false;
    this.sharing?.stop();
    this.sharing = null;
  }

  /** Without the customer's consent in this very call nothing is recorded, whatever the gateway says. */
  private async share(url: string, token: string): Promise<void> {
    if (!this.consented) return;
    const call = this.calls;
    const { startSharing } = await loadRecorder();
    if (this.over || call !== this.calls || this.sharing || !this.consented) return;
    const stopped = () => {
      this.consented = false;
      this.sharing = null;
      this.line?.send({ type: "cobrowse", on: false });
      this.listener.happened({ on: "share", share: "off" });
    };
    this.sharing = startSharing(url, token, stopped);
    this.listener.happened({ on: "share", share: "on" });
  }
}
