// The customer's phone: one call, to the one address that came with the order. Loaded when the button is pressed.

import { UA } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { RTCSessionEvent } from "jssip/lib/UA";
import type { CallOrder } from "../protocol/session.ts";
import { DoorSocket } from "./door-socket.ts";
import { followMedia, type MediaListener, stopTracks, switchTracks } from "./media.ts";

export interface CustomerPhoneListener extends MediaListener {
  /** The call is over on this side; whether the contact is, the gateway says. */
  readonly over: () => void;
}

export class CustomerPhone {
  private readonly agent: UA;
  private session: RTCSession | null = null;
  private over = false;

  constructor(
    order: CallOrder,
    private readonly stream: MediaStream,
    listener: CustomerPhoneListener,
  ) {
    let url: string | null = order.url;
    const once = () => {
      const token = url;
      url = null; // the token works once
      return Promise.resolve(token);
    };
    this.agent = new UA({
      sockets: new DoorSocket(order.url, once),
      uri: order.identity,
      register: false,
      session_timers: false, // FreeSWITCH answers JsSIP's 90 s with 422
      user_agent: "Cordpair",
    });
    this.agent.on("newRTCSession", ({ session, originator }: RTCSessionEvent) => {
      if (originator === "remote")
        session.terminate(); // nobody calls a customer's browser
      else followMedia(session, listener);
    });
    this.agent.on("connected", () => {
      if (this.over || this.session) return;
      const end = () => listener.over();
      this.session = this.agent.call(order.uri, {
        mediaStream: stream,
        pcConfig: { iceServers: [...(order.ice_servers ?? [])] },
        eventHandlers: { ended: end, failed: end },
      });
    });
    this.agent.start();
  }

  mute(muted: boolean): void {
    switchTracks(this.stream, "audio", !muted);
  }

  camera(on: boolean): void {
    switchTracks(this.stream, "video", on);
  }

  hangUp(): void {
    if (this.over) return;
    this.over = true;
    this.agent.stop(); // says BYE or CANCEL first
    stopTracks(this.stream);
  }
}
