import { type Points, requireFinite } from "../points/index.js";
import { fork, permutation, type Rng } from "../random/index.js";

/** Weights of the two samples; need not sum to one. */
export interface EnergyOptions {
  /** [n]. @defaultValue equal */
  readonly xWeights?: ArrayLike<number>;
  /** [m]. @defaultValue equal */
  readonly yWeights?: ArrayLike<number>;
}

/** A two-sample test. */
export interface EnergyTest {
  /** The energy distance of the two samples. */
  readonly statistic: number;
  /** Probability of a statistic at least as large when both samples come from one distribution. */
  readonly pValue: number;
}

/** How the test is made. */
export interface EnergyTestOptions {
  readonly rng: Rng;
  /** Random relabellings; the smallest possible p-value is 1/(permutations + 1). @defaultValue 199 */
  readonly permutations?: number;
}

/** Both samples as one signed measure: π_b at x_b and −ρ_i at y_i. */
interface Pool {
  /** [n + m, D]. */
  readonly data: Float64Array;
  readonly dim: number;
  /** [n + m]. */
  readonly charges: Float64Array;
}

function chargesOf(size: number, weights: ArrayLike<number> | undefined, name: string): Float64Array {
  if (size === 0) throw new RangeError(`Cannot measure the energy distance: ${name} has no points; expected at least 1`);
  if (weights === undefined) return new Float64Array(size).fill(1 / size);
  const given = Float64Array.from(weights);
  const total = given.reduce((sum, w) => sum + w, 0);
  if (given.length !== size || !given.every((w) => w >= 0) || !(total > 0 && total < Infinity)) {
    throw new RangeError(
      `Cannot measure the energy distance: the weights of ${name} are ${given.length} numbers with sum ${total}; expected ${size} finite numbers ≥ 0, not all 0`,
    );
  }
  return given.map((w) => w / total);
}

function pool(x: Points, y: Points, { xWeights, yWeights }: EnergyOptions): Pool {
  if (x.dim !== y.dim) {
    throw new RangeError(`Cannot measure the energy distance: x has dim ${x.dim}, y has dim ${y.dim}; expected equal dims`);
  }
  requireFinite(x, "x");
  requireFinite(y, "y");
  const data = new Float64Array(x.data.length + y.data.length);
  data.set(x.data);
  data.set(y.data, x.data.length);
  const charges = new Float64Array(x.size + y.size);
  charges.set(chargesOf(x.size, xWeights, "x"));
  charges.set(
    chargesOf(y.size, yWeights, "y").map((w) => -w),
    x.size,
  );
  return { data, dim: x.dim, charges };
}

/** ‖z_i − z_j‖. */
function distance({ data, dim }: Pool, i: number, j: number): number {
  let sum = 0;
  for (let d = 0; d < dim; d++) {
    const step = data[i * dim + d] - data[j * dim + d];
    sum += step * step;
  }
  return Math.sqrt(sum);
}

/**
 * The energy distance 2E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ between two weighted samples as they are (a V-statistic: X and
 * X′ may be the same point): never negative up to rounding, and zero only for equal distributions [Szekely2013].
 * As an estimate for the populations behind two samples it is biased upwards by (E‖X − X′‖)/n + (E‖Y − Y′‖)/m.
 * O((n + m)²·D) time, no matrix.
 * @throws RangeError when dims differ, a sample is empty or not finite, or weights are negative or all zero.
 */
export function energyDistance(x: Points, y: Points, options: EnergyOptions = {}): number {
  const all = pool(x, y, options);
  let sum = 0;
  for (let i = 1; i < all.charges.length; i++) {
    let field = 0;
    for (let j = 0; j < i; j++) field += all.charges[j] * distance(all, i, j);
    sum += all.charges[i] * field;
  }
  return -2 * sum;
}

/** −ΣΣ q_i q_j ‖z_i − z_j‖ from the packed lower triangle of distances, the charges taken in the order given. */
function energyOf(triangle: Float64Array, charges: Float64Array): number {
  let sum = 0;
  for (let i = 1, at = 0; i < charges.length; i++) {
    let field = 0;
    for (let j = 0; j < i; j++, at++) field += charges[j] * triangle[at];
    sum += charges[i] * field;
  }
  return -2 * sum;
}

/**
 * Tests whether two samples come from one distribution: the energy distance against those of random relabellings, with
 * the p-value (1 + #{as large})/(1 + permutations) that holds its level at any sample size [Phipson2010].
 * Keeps (n + m)²/2 distances.
 * @throws RangeError as `energyDistance`, and unless `permutations` is a positive integer.
 */
export function energyTest(x: Points, y: Points, { rng, permutations = 199 }: EnergyTestOptions): EnergyTest {
  if (!(Number.isInteger(permutations) && permutations >= 1)) {
    throw new RangeError(`Cannot test two samples: permutations is ${permutations}; expected a positive integer`);
  }
  const all = pool(x, y, {});
  const { charges } = all;
  const total = charges.length;
  const triangle = new Float64Array((total * (total - 1)) / 2);
  for (let i = 1, at = 0; i < total; i++) for (let j = 0; j < i; j++, at++) triangle[at] = distance(all, i, j);
  const statistic = energyOf(triangle, charges);
  // Relabellings that are as large in exact arithmetic must count, or repeated points would make p too small.
  const asLarge = statistic - total * Number.EPSILON * triangle.reduce((largest, d) => Math.max(largest, d), 0);
  const relabelled = new Float64Array(total);
  let large = 0;
  for (let p = 0; p < permutations; p++) {
    const order = permutation(fork(rng, p), total);
    for (let i = 0; i < total; i++) relabelled[i] = charges[order[i]];
    if (energyOf(triangle, relabelled) >= asLarge) large++;
  }
  return { statistic, pValue: (1 + large) / (1 + permutations) };
}
