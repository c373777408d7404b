import type { AdamW } from "./adamw.js";
import { type LearningRateSpec, learningRate } from "./learning-rate.js";

/** How parameters move, as plain data: AdamW on a clipped gradient, and a moving average of the parameters. */
export interface OptimizerSpec extends Partial<AdamW> {
  /** A constant rate, or a schedule. @defaultValue 0.001 */
  readonly learningRate?: number | LearningRateSpec;
  /** @defaultValue 0.9 */
  readonly beta1?: number;
  /** @defaultValue 0.999 */
  readonly beta2?: number;
  /** @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** @defaultValue 0 */
  readonly weightDecay?: number;
  /** Gradients with a larger global norm are scaled down to it; null for none. @defaultValue 1 */
  readonly clipNorm?: number | null;
  /** Largest decay d of the moving average of the parameters; 0 for none. @defaultValue 0.999 */
  readonly emaDecay?: number;
}

/** An optimizer: the spec with defaults filled in, and its schedule as a function. */
export interface Optimizer extends AdamW {
  /** η_k after k completed steps. */
  readonly rateAt: (step: number) => number;
  readonly clipNorm: number | null;
  readonly emaDecay: number;
}

const KEYS = ["learningRate", "beta1", "beta2", "epsilon", "weightDecay", "clipNorm", "emaDecay"];

/** The optimizer of a spec. @throws RangeError for a number outside its domain or a key that no optimizer has. */
export function buildOptimizer(spec: OptimizerSpec = {}): Optimizer {
  for (const key of Object.keys(spec)) {
    if (!KEYS.includes(key)) refuse(`"${key}" is not an option`, `one of ${KEYS.join(", ")}`);
  }
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, clipNorm = 1, emaDecay = 0.999 } = spec;
  for (const [name, decay] of Object.entries({ beta1, beta2, emaDecay })) {
    if (!(decay >= 0 && decay < 1)) refuse(`${name} is ${decay}`, "a number of [0, 1)");
  }
  // Below the smallest normal float32 the sum √v̂ + ε could vanish, and with it the denominator.
  if (!(epsilon >= 1.2e-38 && epsilon < Infinity)) refuse(`epsilon is ${epsilon}`, "a positive number that float32 holds");
  if (!(weightDecay >= 0 && weightDecay < Infinity)) refuse(`weightDecay is ${weightDecay}`, "a finite number ≥ 0");
  if (clipNorm !== null && !(clipNorm > 0 && clipNorm < Infinity)) refuse(`clipNorm is ${clipNorm}`, "a positive number or null");
  return { beta1, beta2, epsilon, weightDecay, clipNorm, emaDecay, rateAt: learningRate(spec.learningRate ?? 1e-3) };
}

function refuse(found: string, expected: string): never {
  throw new RangeError(`Cannot build the optimizer: ${found}; expected ${expected}`);
}
