import { exponentOf } from "./text.js";

/** A map from data to the picture, with the ticks to draw. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Position of a value: 0 at the low end, 1 at the high end, less or more outside; −∞ for what a logarithm does not know. */
  at(value: number): number;
}

/** A linear scale widened to round numbers, with about `count` ticks. Numbers that are not finite are left out. */
export function linearScale(values: readonly number[], count = 5): Scale {
  const [least, most] = range(values.filter(Number.isFinite));
  const power = 10 ** exponentOf((most - least) / count);
  const step = power * ([1, 2, 5, 10].find((m) => m * power * count >= most - least) ?? 10);
  // A value that is a round number but for rounding is one.
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.ceil(most / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => Number((low + i * step).toPrecision(12)));
  return { low, high, ticks, at: (v) => (v - low) / (high - low) };
}

/** A linear scale over exactly [low, high]. */
export function fixedScale(low: number, high: number, ticks: readonly number[]): Scale {
  return { low, high, ticks, at: (v) => (v - low) / (high - low) };
}

/**
 * A logarithmic scale over whole decades or, within two of them, over 1-2-5 steps. Only positive numbers count; one decade
 * from 1 when there are none.
 */
export function logScale(values: readonly number[]): Scale {
  const positive = values.filter((v) => v > 0 && v < Infinity);
  const [least, most] = positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : [1, 10];
  const [first, last] = [exponentOf(least), exponentOf(most) + 1];
  const stride = Math.ceil((last - first) / 8);
  const all: number[] = [];
  for (let p = first; p < last + stride; p += stride)
    for (const m of last - first <= 2 ? [1, 2, 5] : [1]) all.push(Number(`${m}e${p}`));
  const low = [...all].reverse().find((v) => v <= least) ?? least;
  const high = all.find((v) => v >= most && v > low) ?? most * 2;
  const width = Math.log(high / low);
  return {
    low,
    high,
    ticks: all.filter((v) => v >= low && v <= high),
    at: (v) => (v > 0 ? Math.log(v / low) / width : -Infinity),
  };
}

/** A scale for positive numbers: logarithmic where they span more than a decade, else linear from zero. */
export function positiveScale(values: readonly number[]): Scale {
  const positive = values.filter((v) => v > 0 && v < Infinity);
  const wide = positive.length > 0 && Math.max(...positive) > 10 * Math.min(...positive);
  return wide ? logScale(positive) : linearScale([0, ...positive]);
}

/** Least and greatest value, a little apart where all are the same; [0, 1] when there are none. */
function range(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (size < 1e-290) return [0, 1]; // a fifth of it would lose its digits
  return most - least > 1e-9 * size ? [least, most] : [least - size / 2, most + size / 2];
}
