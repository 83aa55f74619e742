// A duration as a clock shows it.

/** 9.4 → "0:09", 3670 → "1:01:10", 0.4 → "0:00". */
export function durationText(seconds: number): string {
  const whole = Math.round(Math.max(0, seconds));
  const two = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
