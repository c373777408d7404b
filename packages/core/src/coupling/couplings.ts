import { assignment } from "./assignment.js";
import { type Coupling, requireEnds } from "./coupling.js";
import { partialAssignment } from "./partial-assignment.js";
import { sinkhorn } from "./sinkhorn.js";
import type { SinkhornOptions } from "./sinkhorn-options.js";
import { squaredDistances } from "./squared-distances.js";
import { sampleEachRow, samplePlan } from "./transport-plan.js";

/** Row i with row i, as the batches were drawn: the coupling of I-CFM and of Gaussian paths. */
export function independentCoupling(): Coupling {
  return {
    name: "independent",
    couple(ends) {
      const rows0 = Uint32Array.from({ length: requireEnds(ends) }, (_, i) => i);
      return { rows0, rows1: rows0.slice() };
    },
  };
}

/**
 * Minibatch optimal transport: the permutation of least Σ‖x1 − x0‖², exactly [Pooladian2023; Tong2024]. Rows of x0 keep
 * their order. Both ends keep their laws; the cost stays above that of the two laws, by less the larger the batch.
 */
export function otCoupling(): Coupling {
  return {
    name: "ot",
    couple(ends) {
      const n = requireEnds(ends);
      const { columnOfRow } = assignment(squaredDistances(ends.x0, ends.x1), n);
      return { rows0: Uint32Array.from(columnOfRow.keys()), rows1: columnOfRow };
    },
  };
}

/** How pairs are drawn from an entropic plan of ‖x1 − x0‖². */
export interface SinkhornCouplingOptions extends Omit<SinkhornOptions, "rowWeights" | "columnWeights"> {
  /**
   * `rows`: one partner for every row of x0; `pairs`: n pairs with replacement, as in torchcfm. With relaxed marginals only
   * `pairs` follows the plan. @defaultValue rows, or pairs where marginals are relaxed
   */
  readonly draw?: "rows" | "pairs";
  /** Costs are divided by the largest, and ε and ρ are in units of it. @defaultValue false */
  readonly normaliseCost?: boolean;
}

/**
 * Pairs drawn from the entropic plan between the batches [Cuturi2013], or with `marginalPenalty` from the unbalanced one,
 * which leaves out rows that are far from everything: then the ends do not keep their laws.
 * @throws RangeError unless ε is positive and finite, and penalties are positive.
 */
export function sinkhornCoupling(options: SinkhornCouplingOptions): Coupling {
  const { epsilon, marginalPenalty = Infinity, normaliseCost = false } = options;
  const [rho0, rho1] = typeof marginalPenalty === "number" ? [marginalPenalty, marginalPenalty] : marginalPenalty;
  if (!(epsilon > 0 && epsilon < Infinity && rho0 > 0 && rho1 > 0)) {
    throw new RangeError(
      `Cannot couple by an entropic plan: ε is ${epsilon}, the penalties of the marginals are ${rho0} and ${rho1}; expected a finite ε > 0 and penalties > 0`,
    );
  }
  const relaxed = rho0 < Infinity || rho1 < Infinity;
  const draw = options.draw ?? (relaxed ? "pairs" : "rows");
  return {
    name: relaxed ? `unbalanced:${epsilon},${marginalPenalty}` : `sinkhorn:${epsilon}`,
    couple(ends, rng) {
      const n = requireEnds(ends);
      const cost = squaredDistances(ends.x0, ends.x1);
      const largest = normaliseCost ? cost.reduce((most, c) => Math.max(most, c), 0) : 1;
      const plan = sinkhorn(largest > 0 ? cost.map((c) => c / largest) : cost, n, n, options);
      return draw === "rows" ? sampleEachRow(rng, plan) : samplePlan(rng, plan, n);
    },
  };
}

/**
 * The static half of a Schrödinger bridge whose reference is σ times Brownian motion: the entropic plan of ‖x1 − x0‖² with
 * ε = 2σ² [Tong2024]. With `bridgeNoise(sigma)` around every pair it is the bridge itself.
 * @throws RangeError unless σ is positive and finite.
 */
export function schrodingerBridgeCoupling(sigma: number, options: Omit<SinkhornCouplingOptions, "epsilon"> = {}): Coupling {
  if (!(sigma > 0 && sigma < Infinity)) {
    throw new RangeError(`Cannot make a Schrödinger bridge: σ is ${sigma}; expected a positive finite number`);
  }
  return { ...sinkhornCoupling({ ...options, epsilon: 2 * sigma * sigma }), name: `schrodingerBridge:${sigma}` };
}

/**
 * Only the cheapest part of the batch is paired: the `share` of all rows with the least Σ‖x1 − x0‖², exactly [Chapel2020].
 * Far rows of either end are left out, so that the ends do not keep their laws.
 * @throws RangeError unless 0 < share ≤ 1; when coupling, if share·n rounds to 0.
 */
export function partialCoupling(share: number): Coupling {
  if (!(share > 0 && share <= 1)) {
    throw new RangeError(`Cannot couple in part: the share is ${share}; expected 0 < share ≤ 1`);
  }
  return {
    name: `partial:${share}`,
    couple(ends) {
      const n = requireEnds(ends);
      const { rows, columns } = partialAssignment(squaredDistances(ends.x0, ends.x1), n, Math.round(share * n));
      return { rows0: rows, rows1: columns };
    },
  };
}
