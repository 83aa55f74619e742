// The agent's pointer on the customer's page: a dot that nobody can click, gone when it has not moved for a while.

const SHOWN_MS = 2500;
const SIZE = 28;

export class Pointer {
  private dot: HTMLElement | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Fractions of what the customer sees of the page. */
  show(x: number, y: number): void {
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return;
    this.dot ??= this.make();
    const left = x * innerWidth - SIZE / 2;
    const top = y * innerHeight - SIZE / 2;
    this.dot.style.transform = `translate(${left}px, ${top}px)`;
    this.dot.style.opacity = "1";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), SHOWN_MS);
  }

  hide(): void {
    if (this.dot) this.dot.style.opacity = "0";
  }

  remove(): void {
    clearTimeout(this.timer);
    this.dot?.remove();
    this.dot = null;
  }

  private make(): HTMLElement {
    const dot = document.createElement("div");
    dot.setAttribute("aria-hidden", "true");
    dot.setAttribute("data-private", ""); // the viewer knows where it points
    dot.className = "cordpair-pointer";
    Object.assign(dot.style, {
      position: "fixed",
      inset: "0 auto auto 0",
      width: `${SIZE}px`,
      height: `${SIZE}px`,
      borderRadius: "50%",
      border: "3px solid #fff",
      background: "rgb(214 51 108 / 75%)",
      boxShadow: "0 0 0 2px #a61e4d, 0 2px 8px rgb(0 0 0 / 40%)",
      pointerEvents: "none",
      zIndex: "2147483647",
      boxSizing: "border-box",
      transition: "opacity 200ms",
    });
    document.body.append(dot);
    return dot;
  }
}
