// Changes come hundreds of times a second; a person reads a few. One drawing for all of them, a tenth of a second apart.

export const PACE_MS = 100;

export class Paces {
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = -PACE_MS;
  private over = false;

  constructor(private readonly draw: () => void) {}

  /** Draw soon. */
  ask(): void {
    if (this.over || this.frame || this.timer !== undefined) return;
    const left = this.last + PACE_MS - performance.now();
    if (left <= 0) this.next();
    else
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.next();
      }, left);
  }

  end(): void {
    this.over = true;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }

  private next(): void {
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.last = performance.now();
      if (!this.over) this.draw();
    });
  }
}
