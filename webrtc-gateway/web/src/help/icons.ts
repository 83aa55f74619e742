// Small drawings beside words; a screen reader passes them over.

import { svg, type TemplateResult } from "lit";

const PATHS = {
  headset: "M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v6H5a1 1 0 0 1-1-1zM20 14h-3v6h2a1 1 0 0 0 1-1zM17 20h-4",
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  camera: "M3 7h12v10H3zM15 11l6-3v8l-6-3",
  phone: "M3 12c5-5 13-5 18 0l-2 3-4-1v-3a9 9 0 0 0-6 0v3l-4 1z",
  page: "M3 5h18v11H3zM8 20h8M12 16v4",
  smaller: "M6 12h12",
  cross: "M6 6l12 12M18 6L6 18",
} as const;

export function icon(name: keyof typeof PATHS): TemplateResult {
  return svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]}></path></svg>`;
}
