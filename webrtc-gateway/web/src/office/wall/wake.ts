// Keeps the screen lit while a television is shown. A browser lets go whenever the page is out of sight.

export class Wake {
  private lock: WakeLockSentinel | null = null;
  private over = false;
  private readonly again = () => {
    if (document.visibilityState === "visible") void this.take();
  };

  constructor() {
    document.addEventListener("visibilitychange", this.again);
    void this.take();
  }

  end(): void {
    this.over = true;
    document.removeEventListener("visibilitychange", this.again);
    void this.lock?.release().catch(() => undefined);
    this.lock = null;
  }

  private async take(): Promise<void> {
    if (!("wakeLock" in navigator)) return;
    const lock = await navigator.wakeLock.request("screen").catch(() => null);
    if (this.over) await lock?.release().catch(() => undefined);
    else this.lock = lock;
  }
}
