// What leaves the customer's page: rrweb's events with everything taken out that a person typed or that a page hides.
// Pure, and the second of two guards: the recorder masks and blocks first (recorder.ts), this goes over all it wrote.
//
// Rules. An event of an unknown kind is dropped. A value of a form's field, a choice, a tick is never sent. `data-*`, event handlers
// and hidden markup are dropped. A URL loses query and fragment, wherever it stands.

import { scrubCss, scrubUrl, scrubUrlSet } from "./scrub-url.ts";

/** rrweb's EventType: DomContentLoaded, Load, FullSnapshot, IncrementalSnapshot, Meta. Custom and plugin events stay here. */
const LOADED = new Set([0, 1]);
const FULL_SNAPSHOT = 2;
const INCREMENTAL = 3;
const META = 4;

/** rrweb's IncrementalSource, those that a viewer needs. Canvas (9), fonts (10) and logs (11) are not among them. */
const MUTATION = 0;
const INPUT = 5;
const RULES = new Set([8, 13, 15]); // style rules, declarations, adopted style sheets
const PLAIN = new Set([1, 2, 3, 4, 6, 12, 14, 16]); // mouse, clicks, scroll, size, touch, drag, selection, custom elements

/** rrweb's NodeType of an element and of a comment. */
const ELEMENT = 2;
const COMMENT = 5;

export const MASK = "•••••";

type Json = Record<string, unknown>;

export interface RecordedEvent {
  readonly type: number;
  readonly data: unknown;
  readonly timestamp: number;
}

/**
 * One sharing's scrubber. It knows which nodes the viewer was given, and drops whatever is about another one: the recorder
 * also tells of the documents inside blocked frames and of what hangs below blocked hosts.
 */
export class Scrubber {
  private readonly known = new Set<unknown>();

  /** The event as it may be sent, or nothing. */
  scrub(event: RecordedEvent): RecordedEvent | null {
    const data = asObject(event.data);
    if (LOADED.has(event.type)) return { ...event, data: {} };
    if (event.type === META) return { ...event, data: { ...data, href: scrubUrl(asText(data.href)) } };
    if (event.type === FULL_SNAPSHOT) {
      this.known.clear();
      const node = asObject(data.node);
      this.learn(node);
      return { ...event, data: { node: scrubNode(node), initialOffset: data.initialOffset } };
    }
    if (event.type !== INCREMENTAL) return null;
    const inner = this.scrubIncremental(data);
    return inner && { ...event, data: inner };
  }

  private scrubIncremental(data: Json): Json | null {
    const source = Number(data.source);
    if (PLAIN.has(source)) return data;
    if (source === MUTATION) return data.isAttachIframe ? null : this.scrubMutation(data);
    if (!this.known.has(data.id)) return null;
    if (source === INPUT) return { source, id: data.id, text: data.text ? MASK : "", isChecked: false };
    return RULES.has(source) ? (scrubStrings(data) as Json) : null;
  }

  private scrubMutation(data: Json): Json {
    return {
      source: MUTATION,
      adds: this.scrubAdds(asList(data.adds)),
      removes: data.removes,
      texts: asList(data.texts).filter(({ id }) => this.known.has(id)),
      attributes: asList(data.attributes)
        .filter(({ id }) => this.known.has(id))
        .map((change) => ({ ...change, attributes: scrubAttributes(asObject(change.attributes), "") })),
    };
  }

  /** A parent may come after its child in the list, so it is gone over until nothing more fits. */
  private scrubAdds(adds: readonly Json[]): Json[] {
    const fitting: Json[] = [];
    let rest = adds;
    for (;;) {
      const now = rest.filter(({ parentId }) => this.known.has(parentId));
      if (!now.length) return fitting;
      rest = rest.filter((add) => !now.includes(add));
      for (const add of now) {
        const node = asObject(add.node);
        this.learn(node);
        fitting.push({ ...add, node: scrubNode(node) });
      }
    }
  }

  /** A blocked element is a grey box with an id: nothing below it or about it is known. */
  private learn(node: Json): void {
    if (isBlocked(node)) return;
    this.known.add(node.id);
    for (const child of asList(node.childNodes)) this.learn(child);
  }
}

const FRAMES = new Set(["iframe", "frame", "object", "embed"]);
// The recorder gives a blocked element nothing but its class and its size.
const isBlocked = (node: Json): boolean =>
  "rr_width" in asObject(node.attributes) || FRAMES.has(asText(node.tagName).toLowerCase());

function scrubNode(node: Json): Json {
  if (isBlocked(node)) node = { ...node, childNodes: [] };
  if (node.type === COMMENT) return { ...node, textContent: "" };
  const children = asList(node.childNodes).map(scrubNode);
  const clean: Json = "childNodes" in node ? { ...node, childNodes: children } : { ...node };
  if (node.type === ELEMENT) clean.attributes = scrubAttributes(asObject(node.attributes), asText(node.tagName));
  if (node.isStyle && typeof node.textContent === "string") clean.textContent = scrubCss(node.textContent);
  return clean;
}

const URLS = new Set(["href", "src", "action", "formaction", "poster", "cite", "background", "xlink:href", "rr_src"]);
const URL_SETS = new Set(["srcset", "imagesrcset"]);
/** What a person chose or what a page keeps for itself. */
const DROPPED = new Set(["checked", "selected", "srcdoc", "nonce", "integrity", "ping", "content", "rr_dataurl"]);
const LABELLED = new Set(["button", "submit", "reset"]);

function scrubAttributes(attributes: Json, tag: string): Json {
  const clean: Json = {};
  for (const [name, value] of Object.entries(attributes)) {
    const key = name.toLowerCase();
    if (key.startsWith("data-") || key.startsWith("on") || DROPPED.has(key)) continue;
    if (key === "value") clean[name] = scrubValue(value, tag, attributes);
    else if (URLS.has(key)) clean[name] = scrubUrl(asText(value));
    else if (URL_SETS.has(key)) clean[name] = scrubUrlSet(asText(value));
    else if (key === "style" || key === "_csstext") clean[name] = scrubStrings(value);
    else clean[name] = value;
  }
  return clean;
}

/** A button's value is its label, a list item's its number; any other value is what somebody typed or chose. */
function scrubValue(value: unknown, tag: string, attributes: Json): unknown {
  const label = tag === "li" || tag === "progress" || tag === "meter";
  if (label || (tag === "input" && LABELLED.has(asText(attributes.type).toLowerCase()))) return value;
  return value && tag !== "option" ? MASK : "";
}

/** Style sheets come as texts in several shapes; each text among them is treated as CSS. */
function scrubStrings(value: unknown): unknown {
  if (typeof value === "string") return scrubCss(value);
  if (Array.isArray(value)) return value.map(scrubStrings);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, scrubStrings(inner)]));
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "");
const asObject = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const asList = (value: unknown): Json[] => (Array.isArray(value) ? value.map(asObject) : []);
