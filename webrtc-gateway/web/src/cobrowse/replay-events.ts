// The two kinds of rrweb event that a picture begins with.

interface Meta {
  readonly type: 4;
  readonly data: { readonly href: string };
}

const typeOf = (event: unknown): unknown => (event as { type?: unknown } | null)?.type;

export const isFullSnapshot = (event: unknown): boolean => typeOf(event) === 2;
export const isMeta = (event: unknown): event is Meta => typeOf(event) === 4;
