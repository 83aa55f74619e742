// What both phones do with a peer connection: hear the other side, and not wait for a slow STUN server.

import type { RTCSession } from "jssip/lib/RTCSession";

/** After the first candidate the rest rarely matter; an unreachable STUN server would hold the call for 40 s. */
const GATHER_MS = 700;

export interface MediaListener {
  readonly remote: (stream: MediaStream) => void;
  /** True while the media does not flow; false when it flows again. */
  readonly broken: (broken: boolean) => void;
}

export function followMedia(session: RTCSession, listener: MediaListener): void {
  let gathering = false;
  session.on("icecandidate", ({ ready }) => {
    if (gathering) return;
    gathering = true;
    setTimeout(() => {
      gathering = false;
      ready();
    }, GATHER_MS);
  });
  const follow = (connection: RTCPeerConnection) => {
    const remote = new MediaStream();
    connection.addEventListener("track", ({ track }) => {
      for (const old of remote.getTracks()) if (old.kind === track.kind) remote.removeTrack(old);
      remote.addTrack(track);
      listener.remote(remote);
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      const state = connection.iceConnectionState;
      if (state === "disconnected" || state === "failed") listener.broken(true);
      if (state === "connected" || state === "completed") listener.broken(false);
    });
  };
  if (session.connection) follow(session.connection);
  else session.on("peerconnection", ({ peerconnection }) => follow(peerconnection));
}

export function switchTracks(stream: MediaStream, kind: "audio" | "video", on: boolean): void {
  for (const track of stream.getTracks()) if (track.kind === kind) track.enabled = on;
}

export function stopTracks(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
