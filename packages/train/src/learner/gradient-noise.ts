import { type Estimate, estimate } from "@fluxion/core";
import type { TrainingBatch } from "../objective/index.js";
import type { Learner } from "./learner.js";

/** How much the gradients of batches scatter, each number with its standard error. Eq. (M8) */
export interface GradientNoise {
  /** tr Cov of the gradient over batches with the targets of single pairs, u_t(x|z). */
  readonly conditional: Estimate;
  /** tr Cov of the gradient over batches of the same points with the exact targets u_t(x). */
  readonly exact: Estimate;
  /** E‖g − g_exact‖²: what the targets alone add; by the law of total variance the difference of the two above. */
  readonly ofTargets: Estimate;
  /** ‖E g‖², from products of independent gradients with exact targets: unbiased, so that it may come out below zero. */
  readonly squaredMean: Estimate;
  /** Batches that were drawn. */
  readonly batches: number;
}

/** Two batches that differ in their targets alone. */
export interface TargetPair {
  readonly conditional: TrainingBatch;
  readonly exact: TrainingBatch;
}

/**
 * The noise of the gradient of the CFM loss against that of the exact targets, at the present parameters, from an even number of
 * independent pairs of batches. Variances are means of ½‖g − g′‖² over disjoint couples of batches: unbiased, and independent of each
 * other, so that they have a standard error.
 * @throws RangeError for fewer than four pairs or an odd number of them.
 */
export async function gradientNoise(
  learner: Pick<Learner, "gradient">,
  pairAt: (k: number) => TargetPair | Promise<TargetPair>,
  batches: number,
): Promise<GradientNoise> {
  if (!Number.isSafeInteger(batches) || batches < 4 || batches % 2 === 1) {
    throw new RangeError(`Cannot measure gradient noise: there are ${batches} batches; expected an even number of at least 4`);
  }
  const gradientsOf = async (k: number): Promise<Gradients> => {
    const { conditional, exact } = await pairAt(k);
    return {
      conditional: (await learner.gradient(conditional)).gradient,
      exact: (await learner.gradient(exact)).gradient,
    };
  };
  const draws = { conditional: [], exact: [], ofTargets: [], squaredMean: [] } as Record<keyof Draws, number[]>;
  for (let k = 0; k < batches; k += 2) {
    const [g, h] = [await gradientsOf(k), await gradientsOf(k + 1)];
    draws.conditional.push(squaredDistance(g.conditional, h.conditional) / 2);
    draws.exact.push(squaredDistance(g.exact, h.exact) / 2);
    draws.ofTargets.push(squaredDistance(g.conditional, g.exact), squaredDistance(h.conditional, h.exact));
    draws.squaredMean.push(g.exact.reduce((sum, v, i) => sum + v * Number(h.exact[i]), 0));
  }
  return {
    conditional: estimate(draws.conditional),
    exact: estimate(draws.exact),
    ofTargets: estimate(draws.ofTargets),
    squaredMean: estimate(draws.squaredMean),
    batches,
  };
}

type Draws = Omit<GradientNoise, "batches">;

interface Gradients {
  readonly conditional: Float32Array;
  readonly exact: Float32Array;
}

/** ‖x − y‖², summed in float64. */
function squaredDistance(x: Float32Array, y: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (Number(x[i]) - Number(y[i])) ** 2;
  return sum;
}
