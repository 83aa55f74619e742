// The pre-flight: is there a microphone, is it heard, what else is plugged in. Once a tab, before the first "ready".

import { openMicrophone } from "../phone/microphone.ts";
import { LevelMeter } from "./level.ts";
import type { Page } from "./room.ts";
import type { Settings } from "./settings.ts";

/** A quiet room's hum stays below; any word is above. */
const HEARD = 0.04;
const KEY = "cordpair-desk-checked";

export class Devices {
  /** Of what was heard since the check was opened: silence now does not undo it. */
  loudest = 0;
  private meter: LevelMeter | null = null;

  constructor(private readonly set: (change: Partial<Page>) => void) {}

  get checked(): boolean {
    return sessionStorage.getItem(KEY) === "yes";
  }

  async open(settings: Settings, afterCheck: Page["afterCheck"]): Promise<void> {
    this.loudest = 0;
    this.set({ panel: "devices", afterCheck, level: 0, heard: false, microphone: "" });
    await this.listen(settings.microphone);
  }

  async listen(deviceId: string): Promise<void> {
    const { state, stream } = await openMicrophone("audio", deviceId);
    this.set({ microphone: state });
    if (!stream) return;
    this.meter ??= new LevelMeter();
    this.meter.watch(stream, (level) => {
      this.loudest = Math.min(1, Math.max(this.loudest, level));
      this.set(level > HEARD ? { level, heard: true } : { level });
    });
    this.set({ devices: await navigator.mediaDevices.enumerateDevices() }); // names are told after permission only
  }

  pass(): void {
    sessionStorage.setItem(KEY, "yes");
    this.close();
  }

  close(): void {
    this.meter?.unwatch();
    this.set({ panel: "", afterCheck: "" });
  }
}
