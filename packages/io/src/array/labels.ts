import { numberOf } from "./number-text.js";

/** The class of every row: row b belongs to class `names[index[b]]`. */
export interface Labels {
  /** [N], each in 0 … names.length − 1. */
  readonly index: Int32Array;
  /** The distinct classes: numbers in rising order, or else texts in order of their UTF-16 units. */
  readonly names: readonly string[];
}

/**
 * The classes that the texts name. Where all texts are finite numbers, equal numbers are one class however they are written:
 * "1" and "1.0" both become "1".
 */
export function labelsOf(texts: readonly string[]): Labels {
  const numbers = texts.map(numberOf);
  const numeric = numbers.every((number) => Number.isFinite(number));
  const spelled = numeric ? numbers.map((number) => String(number)) : texts.map((text) => text.trim());
  const names = [...new Set(spelled)].sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  const place = new Map(names.map((name, i) => [name, i]));
  return { index: Int32Array.from(spelled, (name) => place.get(name) ?? -1), names };
}
