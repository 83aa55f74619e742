// What is said for a while, in a corner.

export interface Toast {
  readonly id: number;
  readonly kind: "good" | "bad";
  readonly text: string;
}

const GOOD_MS = 5000;
const BAD_MS = 15_000;
const MOST = 4;

export class Toasts {
  private next = 1;
  private shown: readonly Toast[] = [];

  constructor(private readonly changed: (toasts: readonly Toast[]) => void) {}

  say(kind: Toast["kind"], text: string): void {
    const toast = { id: this.next++, kind, text };
    this.put([...this.shown.filter((each) => each.text !== text), toast].slice(-MOST));
    setTimeout(() => this.close(toast.id), kind === "good" ? GOOD_MS : BAD_MS);
  }

  close(id: number): void {
    this.put(this.shown.filter((each) => each.id !== id));
  }

  private put(toasts: readonly Toast[]): void {
    this.shown = toasts;
    this.changed(toasts);
  }
}
