// Asking for the microphone, and saying in one word why there is none.

import type { Media } from "../protocol/session.ts";

export type MicrophoneState = "granted" | "refused_microphone" | "no_microphone" | "insecure";

export interface Microphone {
  readonly state: MicrophoneState;
  readonly stream: MediaStream | null;
}

export async function openMicrophone(media: Media, deviceId = ""): Promise<Microphone> {
  if (!globalThis.isSecureContext || !navigator.mediaDevices) return { state: "insecure", stream: null };
  const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (deviceId) audio.deviceId = { ideal: deviceId };
  try {
    return { state: "granted", stream: await navigator.mediaDevices.getUserMedia({ audio, video: media === "video" }) };
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    const none = name === "NotFoundError" || name === "NotReadableError" || name === "OverconstrainedError";
    if (none && media === "video") return openMicrophone("audio", deviceId); // no camera is no reason not to talk
    return { state: none ? "no_microphone" : "refused_microphone", stream: null };
  }
}
