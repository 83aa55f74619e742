// Screen pops: which addresses may be opened. What a template made of a customer's data must not become a script.

import type { Contact, ScreenPop } from "../protocol/desk.ts";

export interface Pop {
  readonly url: string;
  readonly title: string;
  readonly embed: boolean;
}

export function popsOf(contact: Contact): readonly Pop[] {
  return (contact.pop ?? []).flatMap((given) => {
    const pop: ScreenPop = typeof given === "string" ? { url: given } : given;
    const url = webUrl(pop.url);
    return url ? [{ url: url.href, title: pop.title || url.host, embed: pop.embed === true }] : [];
  });
}

function webUrl(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}
