/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Colours at equal distances between which a map goes in straight lines. */
type Ramp = readonly Rgb[];

/** From the page into deep blue: one hue, so that lightness alone carries the value. */
const SEQUENTIAL: Record<"light" | "dark", Ramp> = {
  light: [
    [255, 255, 255],
    [198, 219, 239],
    [107, 174, 214],
    [33, 113, 181],
    [8, 48, 107],
  ],
  dark: [
    [17, 20, 24],
    [14, 52, 96],
    [33, 113, 181],
    [107, 174, 214],
    [222, 235, 247],
  ],
};
/** Purple below zero, green above: apart for every common colour blindness. */
const DIVERGING: Record<"light" | "dark", Ramp> = {
  light: [
    [118, 42, 131],
    [194, 165, 207],
    [255, 255, 255],
    [166, 219, 160],
    [27, 120, 55],
  ],
  dark: [
    [201, 148, 217],
    [118, 42, 131],
    [17, 20, 24],
    [27, 120, 55],
    [140, 214, 140],
  ],
};

/** The colours of the plane. */
export type Theme = "light" | "dark";

function along(ramp: Ramp, share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
  const k = Math.min(ramp.length - 2, Math.floor(at));
  const [from, to] = [ramp[k] ?? [0, 0, 0], ramp[k + 1] ?? [0, 0, 0]];
  const mix = (c: 0 | 1 | 2): number => Math.round(from[c] + (at - k) * (to[c] - from[c]));
  return [mix(0), mix(1), mix(2)];
}

/** The colour of a value of [0, top]; values outside take the colour of the nearer end. */
export function sequential(theme: Theme, value: number, top: number): Rgb {
  return along(SEQUENTIAL[theme], top > 0 ? value / top : 0);
}

/** The colour of a value of [−top, top], with zero the colour of the page. */
export function diverging(theme: Theme, value: number, top: number): Rgb {
  return along(DIVERGING[theme], top > 0 ? (value / top + 1) / 2 : 0.5);
}
