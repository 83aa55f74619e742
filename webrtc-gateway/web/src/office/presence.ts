// Whether somebody is still signed in, as whom, and whether the gateway is there at all.

import { type SignIn, whoAmI } from "../signing-in/account.ts";

const LOOK_MS = 3000;

export class Presence {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking = false;
  private readonly now = () => void this.look();

  constructor(private readonly told: (answer: SignIn) => void) {}

  begin(): void {
    this.end();
    addEventListener("online", this.now);
    addEventListener("focus", this.now);
    this.later();
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    removeEventListener("online", this.now);
    removeEventListener("focus", this.now);
  }

  async look(): Promise<void> {
    if (this.looking || this.timer === undefined) return;
    this.looking = true;
    const answer = await whoAmI();
    this.looking = false;
    if (this.timer === undefined) return; // signed out meanwhile
    this.later();
    this.told(answer);
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.now, LOOK_MS);
  }
}
