// What calls a person who looks elsewhere: two tones, and a note of the browser's. Both only after somebody asked.

const KEPT = "cordpair.wall.sound";

export class Sound {
  private context: AudioContext | null = null;

  get wanted(): boolean {
    return this.context !== null;
  }

  /** Of an earlier visit: browsers want a click before there may be sound, so it is only offered again. */
  get wasWanted(): boolean {
    try {
      return localStorage.getItem(KEPT) === "on";
    } catch {
      return false;
    }
  }

  /** From a click. */
  toggle(): void {
    if (this.context) void this.end();
    else {
      this.context = new AudioContext();
      this.play();
      if ("Notification" in globalThis && Notification.permission === "default") void Notification.requestPermission();
    }
    try {
      localStorage.setItem(KEPT, this.context ? "on" : "off");
    } catch {
      // a browser that keeps nothing: then it is asked again
    }
  }

  call(title: string, text: string): void {
    if (!this.context) return;
    this.play();
    if ("Notification" in globalThis && Notification.permission === "granted" && document.hidden)
      new Notification(title, { body: text, tag: "cordpair-alarm" });
  }

  async end(): Promise<void> {
    const { context } = this;
    this.context = null;
    await context?.close();
  }

  private play(): void {
    const { context } = this;
    if (!context) return;
    void context.resume();
    for (const [number, hertz] of [660, 880].entries()) {
      const tone = context.createOscillator();
      const loudness = context.createGain();
      const from = context.currentTime + number * 0.22;
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0, from);
      loudness.gain.linearRampToValueAtTime(0.2, from + 0.02);
      loudness.gain.linearRampToValueAtTime(0, from + 0.2);
      tone.connect(loudness).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.21);
    }
  }
}
