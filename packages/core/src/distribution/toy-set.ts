import { type Points, points } from "../points/index.js";
import type { Rng } from "../random/index.js";

/** Parameters of a toy set, all numbers and switches, so that a command line can write them. */
export type ToyParams = Readonly<Record<string, number | boolean>>;

/**
 * A distribution in the plane that the literature tests on: n points, a function of (rng, n, params) alone.
 * Rows come in random order, so that any prefix is a fair sample.
 */
export interface ToySet<P extends object = ToyParams> {
  (rng: Rng, n: number, params?: Partial<P>): Points;
  /** Every parameter with its default. */
  readonly defaults: P;
}

/** How one toy set is drawn, once its parameters are complete: coordinates of n points, [n, 2]. */
export type ToyDraw<P> = (rng: Rng, n: number, params: P) => Float64Array;

/**
 * Makes a toy set from its defaults and its drawing.
 * The set throws RangeError unless n is a positive integer, and on a parameter that it does not have or of another type.
 */
export function toySet<P extends { readonly [K in keyof P]: number | boolean }>(
  name: string,
  defaults: P,
  draw: ToyDraw<P>,
): ToySet<P> {
  const known: ToyParams = { ...defaults };
  const sample = (rng: Rng, n: number, params: Partial<P> = {}): Points => {
    if (!(Number.isInteger(n) && n >= 1)) {
      throw new RangeError(`Cannot draw ${name}: n is ${n}; expected a positive integer`);
    }
    for (const [key, value] of Object.entries(params)) {
      const fallback = Object.hasOwn(known, key) ? known[key] : undefined;
      if (fallback === undefined) {
        throw new RangeError(`Cannot draw ${name}: it has no parameter "${key}"; expected ${Object.keys(known).join(", ")}`);
      }
      if (typeof value !== typeof fallback || (typeof value === "number" && !Number.isFinite(value))) {
        throw new RangeError(`Cannot draw ${name}: ${key} is ${value}; expected a ${typeof fallback} such as ${fallback}`);
      }
    }
    return points(draw(rng, n, { ...defaults, ...params }), 2);
  };
  return Object.assign(sample, { defaults });
}

/** Throws unless a parameter that must not be negative is not. */
export function requireNonNegative(name: string, params: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(params)) {
    if (!(value >= 0)) throw new RangeError(`Cannot draw ${name}: ${key} is ${value}; expected a number ≥ 0`);
  }
}
