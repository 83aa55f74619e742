// URLs without query and fragment: that is where sites put session keys and personal data.

const SCRIPTED = /^\s*(javascript|vbscript):/i;
const INLINE_IMAGE = /^\s*data:(image|font)\//i;

export function scrubUrl(url: string): string {
  if (SCRIPTED.test(url)) return "";
  if (/^\s*data:/i.test(url)) return INLINE_IMAGE.test(url) ? url : "";
  const bare = url.replace(/[?#].*$/s, "");
  return bare.replace(/^(\s*[a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1"); // user:password@
}

/** `srcset`: URLs with a width or density each. */
export function scrubUrlSet(set: string): string {
  return set
    .split(/,\s+/)
    .map((candidate) => {
      const [url = "", ...size] = candidate.trim().split(/\s+/);
      return [scrubUrl(url), ...size].join(" ");
    })
    .join(", ");
}

const CSS_URL = /(url\(\s*)("[^"]*"|'[^']*'|[^)]*)(\s*\))/gi;
const CSS_IMPORT = /(@import\s+)("[^"]*"|'[^']*')/gi;

export function scrubCss(css: string): string {
  const inner = (quoted: string) => {
    const quote = /^["']/.test(quoted) ? quoted[0] : "";
    return `${quote}${scrubUrl(quote ? quoted.slice(1, -1) : quoted.trim())}${quote}`;
  };
  return css
    .replace(CSS_URL, (_all, before: string, url: string, after: string) => before + inner(url) + after)
    .replace(CSS_IMPORT, (_all, before: string, url: string) => before + inner(url));
}
