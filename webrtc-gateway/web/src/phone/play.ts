// Streams on media elements. A template would set them anew at each rendering, and each time the sound would begin anew.

export function play(root: ParentNode, remote: MediaStream | null, own: MediaStream | null): void {
  for (const element of root.querySelectorAll<HTMLMediaElement>("audio, video")) {
    const stream = element.matches(".own") ? own : remote;
    if (element.srcObject !== stream) element.srcObject = stream;
  }
}
