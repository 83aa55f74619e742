// How loud the microphone is, between 0 and 1, while somebody looks at it.

export class LevelMeter {
  private readonly context = new AudioContext();
  private timer: ReturnType<typeof setInterval> | undefined;
  private stream: MediaStream | null = null;

  watch(stream: MediaStream, level: (level: number) => void): void {
    this.unwatch();
    this.stream = stream;
    void this.context.resume();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(wave);
      level(loudness(wave));
    }, 80);
  }

  unwatch(): void {
    clearInterval(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}

/** Root mean square, on a scale where ordinary speech is about a half. */
export function loudness(wave: Float32Array): number {
  let sum = 0;
  for (const sample of wave) sum += sample * sample;
  return Math.min(1, Math.sqrt(sum / Math.max(1, wave.length)) * 4);
}
