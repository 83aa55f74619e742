// Looks through a page that is not ours for numbers, in small slices when the browser is idle, and again where it changes.
// What is the page's stays as it is: no text is split, no node is moved. A button stands behind its number.

import type { DialButton } from "./button.ts";
import { type Finder, ofLink } from "./numbers.ts";

// Not for reading, not to be disturbed, or somebody's to press already.
const SKIPPED =
  "a,button,input,textarea,select,option,label,summary,script,style,noscript,template,svg,math,canvas,iframe,object," +
  "embed,audio,video,code,pre,kbd,samp,time,title,head,cordpair-dial,[data-cordpair-ignore],[role=button],[role=link]," +
  "[role=textbox],[contenteditable]:not([contenteditable=false])";
const LINK = "a[href^='tel:' i]";
const SLICE_MS = 6;
const SLICE_NODES = 2_000;
const WAITING = 500; // places to look at; more: the whole page
const STANDING = 500; // buttons at a time
const MADE = 5_000; // buttons in the life of a page: one that throws them away is not fed for ever

export class Page {
  readonly #find: Finder;
  readonly #make: (number: string) => DialButton;
  readonly #buttons = new Map<Node, DialButton[]>();
  readonly #observer = new MutationObserver((changes) => {
    this.#changed(changes);
  });
  #waiting = new Set<Node>();
  #walker: TreeWalker | null = null;
  #due = false;
  #made = 0;

  constructor(find: Finder, make: (number: string) => DialButton) {
    this.#find = find;
    this.#make = make;
  }

  begin(): void {
    this.#observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    this.#look(document.body);
  }

  // ------------------------------------------------------------ what changes

  #changed(changes: readonly MutationRecord[]): void {
    for (const change of changes) {
      if (change.type === "characterData") this.#look(change.target);
      for (const node of change.addedNodes) if (node.nodeName !== "CORDPAIR-DIAL") this.#look(node);
      if (change.removedNodes.length > 0) this.#due ||= this.#later(); // buttons may have lost their number
    }
  }

  #look(node: Node): void {
    if (this.#waiting.size >= WAITING) this.#waiting = new Set([document.body]);
    else this.#waiting.add(node);
    this.#due ||= this.#later();
  }

  #later(): true {
    if ("requestIdleCallback" in window) requestIdleCallback(() => this.#slice(), { timeout: 1_000 });
    else setTimeout(() => this.#slice(), 50); // Safari has none
    return true;
  }

  // ------------------------------------------------------------ a slice of work

  #slice(): void {
    const until = performance.now() + SLICE_MS;
    this.#due = false;
    this.#clear();
    for (let nodes = 0; nodes < SLICE_NODES && performance.now() < until; nodes++) {
      this.#walker ??= this.#next();
      if (!this.#walker) return;
      const node = this.#walker.nextNode();
      if (node) this.#see(node);
      else this.#walker = null;
    }
    this.#due = this.#later();
  }

  #next(): TreeWalker | null {
    for (const root of this.#waiting) {
      this.#waiting.delete(root);
      const around = root instanceof Element ? root : root.parentElement;
      if (!root.isConnected || !around) continue;
      if (root instanceof Text) {
        if (!around.closest(SKIPPED)) this.#see(root);
      } else if (around.matches(LINK)) this.#see(around);
      else if (!around.closest(SKIPPED)) return walk(around);
    }
    return null;
  }

  #see(node: Node): void {
    if (node instanceof Text)
      this.#stand(
        node,
        this.#find(node.data).map((found) => found.number),
      );
    else if (node instanceof Element && node.matches(LINK)) {
      const number = ofLink(node.getAttribute("href") ?? "");
      this.#stand(node, number && !node.closest("[data-cordpair-ignore]") ? [number] : []);
    }
  }

  /** Behind the node, one for each number; none that is there already is made anew. */
  #stand(node: ChildNode, numbers: readonly string[]): void {
    const there = this.#buttons.get(node) ?? [];
    const same = there.length === numbers.length && there.every((each, at) => each.dataset.number === numbers[at]);
    if (same && there.every((each) => each.isConnected)) return;
    for (const each of there) each.remove();
    this.#buttons.delete(node);
    if (numbers.length === 0 || this.#buttons.size >= STANDING || this.#made >= MADE) return;
    const made = numbers.map((number) => {
      const button = this.#make(number);
      button.dataset.number = number;
      return button;
    });
    this.#made += made.length;
    this.#buttons.set(node, made);
    node.after(...made);
  }

  /** Those whose number is gone, or is shown elsewhere. */
  #clear(): void {
    for (const [node, buttons] of this.#buttons) {
      if (node.isConnected && buttons[0]?.parentNode === node.parentNode) continue;
      for (const each of buttons) each.remove();
      this.#buttons.delete(node);
      if (node.isConnected) this.#waiting.add(node);
    }
  }
}

/** Texts, and links to numbers; of those not what is inside. */
function walk(root: Element): TreeWalker {
  let link: Element | null = null;
  return document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (link?.contains(node)) return NodeFilter.FILTER_REJECT;
    if (!(node instanceof Element)) return NodeFilter.FILTER_ACCEPT;
    if (node.matches(LINK)) {
      link = node;
      return NodeFilter.FILTER_ACCEPT;
    }
    return node.matches(SKIPPED) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  });
}
