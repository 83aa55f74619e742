// A ring of our own, computed: two soft notes and a pause, as a WAV file. Nothing to ship, nothing to license.

const RATE = 16_000;
const NOTES = [
  { from: 0, seconds: 0.42, hertz: 660 },
  { from: 0.46, seconds: 0.6, hertz: 880 },
] as const;
const SECONDS = 2.6;

export function ringTone(): ArrayBuffer {
  const samples = Math.round(RATE * SECONDS);
  const file = new ArrayBuffer(44 + samples * 2);
  const view = new DataView(file);
  const text = (at: number, word: string) => {
    for (let i = 0; i < word.length; i++) view.setUint8(at + i, word.charCodeAt(i));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + samples * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples * 2, true);
  for (const note of NOTES) {
    const first = Math.round(note.from * RATE);
    const count = Math.round(note.seconds * RATE);
    for (let i = 0; i < count; i++) {
      const shape = Math.sin((Math.PI * i) / count) ** 0.6;
      const wave =
        Math.sin((2 * Math.PI * note.hertz * i) / RATE) + 0.25 * Math.sin((4 * Math.PI * note.hertz * i) / RATE);
      view.setInt16(44 + (first + i) * 2, Math.round(wave * shape * 9000), true);
    }
  }
  return file;
}
