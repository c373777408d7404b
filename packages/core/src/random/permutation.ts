import { reduce, requireBound } from "./integers.js";
import { bits52, type Rng } from "./rng.js";

/**
 * A uniform random permutation of 0 … n − 1, by Fisher and Yates' exchange from the front.
 * @throws RangeError unless n is a non-negative integer below 2^32.
 */
export function permutation(rng: Rng, n: number): Uint32Array {
  if (!(Number.isInteger(n) && n >= 0 && n < 2 ** 32)) {
    throw new RangeError(`Cannot permute: n is ${n}; expected a non-negative integer below 2^32`);
  }
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const draws = bits52(rng, new Float64Array(n));
  for (let i = 0; i < n; i++) {
    const j = i + reduce(rng, draws[i], n - i, i);
    const chosen = order[j];
    order[j] = order[i];
    order[i] = chosen;
  }
  return order;
}

/**
 * k different integers of [0, n) in random order, every such list equally likely: the first k of `permutation(rng, n)`,
 * in O(k) time and memory.
 * @throws RangeError unless 0 ≤ k ≤ n and n is a positive integer.
 */
export function sampleWithoutReplacement(rng: Rng, n: number, k: number): Float64Array {
  requireBound(n, "without replacement");
  if (!(Number.isInteger(k) && k >= 0 && k <= n)) {
    throw new RangeError(`Cannot draw without replacement: k is ${k}; expected an integer from 0 to n = ${n}`);
  }
  const moved = new Map<number, number>(); // the entries of the shuffled list that are no longer their own index
  const out = bits52(rng, new Float64Array(k));
  for (let i = 0; i < k; i++) {
    const j = i + reduce(rng, out[i], n - i, i);
    out[i] = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
  }
  return out;
}
