// Two ways of ringing: in the headset, and on a loudspeaker for the agent who took the headset off. Plus a notification.

import type { Settings } from "./settings.ts";
import { ringTone } from "./tone.ts";

export class Ring {
  private readonly players: HTMLAudioElement[] = [];
  private notification: Notification | null = null;
  private tone = "";

  start(settings: Settings, text: string): void {
    if (this.players.length) return;
    this.tone ||= URL.createObjectURL(new Blob([ringTone()], { type: "audio/wav" }));
    const places = [settings.headset];
    if (settings.loudspeaker !== "none") places.push(settings.loudspeaker);
    for (const device of new Set(places)) this.play(device);
    if (settings.notify && "Notification" in globalThis && Notification.permission === "granted") {
      this.notification = new Notification("Cordpair", { body: text, tag: "cordpair-offer", requireInteraction: true });
      this.notification.onclick = () => window.focus();
    }
  }

  stop(): void {
    for (const player of this.players.splice(0)) {
      player.pause();
      player.remove();
    }
    this.notification?.close();
    this.notification = null;
  }

  private play(device: string): void {
    const player = new Audio(this.tone);
    player.loop = true;
    player.dataset.ring = device || "standard";
    document.body.append(player);
    this.players.push(player);
    // A device that was unplugged must not cost the ring: then it is the standard one.
    const ready = device && "setSinkId" in player ? player.setSinkId(device).catch(() => undefined) : Promise.resolve();
    void ready.then(() => (this.players.includes(player) ? player.play() : undefined)).catch(() => undefined);
  }
}
