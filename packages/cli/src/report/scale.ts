/** A map from data to the picture, with the ticks to draw. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Position in [0, 1] of a value. */
  at(value: number): number;
}

/** A linear scale widened to round numbers, with about `count` ticks. */
export function linearScale(values: readonly number[], count = 5): Scale {
  const [least, most] = range(values);
  const span = most - least || Math.abs(most) || 1;
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10);
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.ceil(most / step - 1e-9) * step || low + step;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => Number((low + i * step).toPrecision(12)));
  return { low, high, ticks, at: (v) => (v - low) / (high - low) };
}

/** A linear scale over exactly [low, high]. */
export function fixedScale(low: number, high: number, ticks: readonly number[]): Scale {
  return { low, high, ticks, at: (v) => (v - low) / (high - low) };
}

/** A logarithmic scale over whole decades or, within two decades, over 1-2-5 steps; for positive values. */
export function logScale(values: readonly number[]): Scale {
  const positive = values.filter((v) => v > 0);
  const [least, most] = range(positive);
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const all: number[] = [];
  for (let p = first; p <= last; p++) for (const m of last - first <= 2 ? [1, 2, 5] : [1]) all.push(Number(`${m}e${p}`));
  const low = [...all].reverse().find((v) => v <= least) ?? least;
  const high = all.find((v) => v >= most && v > low) ?? most * 2;
  const width = Math.log(high / low);
  return { low, high, ticks: all.filter((v) => v >= low && v <= high), at: (v) => Math.log(Math.max(v, low) / low) / width };
}

function range(values: readonly number[]): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const v of values) {
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  return least <= most ? [least, most] : [0, 1];
}
