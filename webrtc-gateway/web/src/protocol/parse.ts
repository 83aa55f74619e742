// A text from the network, or nothing: what is not an object with a `type` is passed over.

export interface Typed {
  readonly type: string;
}

export function parse<T extends Typed>(text: unknown): T | null {
  if (typeof text !== "string") return null;
  try {
    const value: unknown = JSON.parse(text);
    return isTyped(value) ? (value as T) : null;
  } catch {
    return null;
  }
}

function isTyped(value: unknown): value is Typed {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
