// The devices of this computer: kept in this browser, known to nobody else.

const KEY = "cordpair-desk-devices";

export interface Settings {
  readonly microphone: string;
  readonly headset: string;
  /** Where it rings besides the headset; "none" is a choice too. */
  readonly loudspeaker: string;
  readonly notify: boolean;
}

export const STANDARD: Settings = { microphone: "", headset: "", loudspeaker: "none", notify: false };

export function readSettings(text: string | null): Settings {
  try {
    const stored = JSON.parse(text ?? "{}") as Partial<Record<keyof Settings, unknown>> | null;
    const id = (value: unknown, standard: string) => (typeof value === "string" ? value : standard);
    return {
      microphone: id(stored?.microphone, ""),
      headset: id(stored?.headset, ""),
      loudspeaker: id(stored?.loudspeaker, "none"),
      notify: stored?.notify === true,
    };
  } catch {
    return STANDARD;
  }
}

export function storedSettings(): Settings {
  return readSettings(localStorage.getItem(KEY));
}

export function storeSettings(settings: Settings): void {
  localStorage.setItem(KEY, JSON.stringify(settings));
}
