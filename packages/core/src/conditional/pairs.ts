import type { CoupledRows, TransportPlan } from "../coupling/index.js";
import { normaliseWeights, weightsOrEqual } from "../distribution/index.js";
import type { WeightedAtoms } from "../field/index.js";
import { type Points, requireFinite, takeRows, zeros } from "../points/index.js";

/** A finite coupling of two ends: pairs (x0, x1) with weights, all that a path between the ends knows of it. */
export interface Pairs {
  /** Ends at t = 0, [N, D]. */
  readonly x0: Points;
  /** Ends at t = 1, [N, D]. */
  readonly x1: Points;
  /** log π_i, [N]; the weights sum to one. */
  readonly logWeights: Float64Array;
}

/**
 * Row b of x0 coupled with row b of x1: a mini-batch as it is drawn, or the support of a transport plan with its masses as
 * weights; `takeRows(x1, columnOfRow)` puts an `assignment` in this form.
 * @throws RangeError on unequal shapes, no row, a coordinate that is not finite or a weight that is not positive.
 */
export function pairs(x0: Points, x1: Points, weights?: ArrayLike<number>): Pairs {
  if (x0.size !== x1.size || x0.dim !== x1.dim || x0.size === 0) {
    throw new RangeError(
      `Cannot couple the ends: x0 is [${x0.size}, ${x0.dim}], x1 is [${x1.size}, ${x1.dim}]; expected equal shapes of at least 1 row`,
    );
  }
  requireFinite(x0, "the ends at t = 0");
  requireFinite(x1, "the ends at t = 1");
  const { logWeights } = normaliseWeights(weightsOrEqual(weights, x0.size, "the pairs"), "the pairs");
  return { x0, x1, logWeights };
}

/** The independent coupling of two finite ends: N₀·N₁ pairs, the pair (i, j) in row i·N₁ + j. */
export function allPairs(from: WeightedAtoms, to: WeightedAtoms): Pairs {
  const [n, m] = [from.points.size, to.points.size];
  const { dim } = from.points;
  const [x0, x1] = [zeros(n * m, dim), zeros(n * m, dim)];
  const weights = new Float64Array(n * m);
  for (let at = 0; at < n * m; at++) {
    const [i, j] = [Math.floor(at / m), at % m];
    for (let d = 0; d < dim; d++) {
      x0.data[at * dim + d] = from.points.data[i * dim + d];
      x1.data[at * dim + d] = to.points.data[j * dim + d];
    }
    weights[at] = Math.exp(from.logWeights[i] + to.logWeights[j]);
  }
  if (to.points.dim === dim) return pairs(x0, x1, weights);
  throw new RangeError(`Cannot couple the ends: x0 has dim ${dim}, x1 has dim ${to.points.dim}; expected equal dims`);
}

/**
 * The pairs that a coupling made, equally likely: what a network trained on them and on nothing else regresses towards is
 * their `pairField`.
 * @throws RangeError when a row is none of x0 or x1.
 */
export function coupledPairs({ rows0, rows1 }: CoupledRows, x0: Points, x1: Points): Pairs {
  for (const [rows, { size }] of [
    [rows0, x0],
    [rows1, x1],
  ] as const) {
    const bad = rows.find((row) => row >= size);
    if (bad !== undefined) throw new RangeError(`Cannot couple the ends: row ${bad} of ${size} is asked for; expected one below`);
  }
  return pairs(takeRows(x0, rows0), takeRows(x1, rows1));
}

/**
 * A transport plan as pairs: one for every cell with mass, in the order of rows, weighted by it. With the entropic plan of
 * ε = 2σ² and `bridgeNoise(sigma)` their `pairField` is the field of the Schrödinger bridge between two finite ends.
 * @throws RangeError when the ends do not have the rows and columns of the plan.
 */
export function planPairs({ rows, columns, mass }: TransportPlan, x0: Points, x1: Points): Pairs {
  if (x0.size !== rows || x1.size !== columns) {
    throw new RangeError(
      `Cannot couple the ends: the plan is [${rows}, ${columns}], the ends have ${x0.size} and ${x1.size} rows; expected equal numbers`,
    );
  }
  const cells = Array.from(mass.keys()).filter((cell) => mass[cell] > 0);
  const [from, to] = [cells.map((cell) => Math.floor(cell / columns)), cells.map((cell) => cell % columns)];
  return pairs(
    takeRows(x0, from),
    takeRows(x1, to),
    cells.map((cell) => mass[cell]),
  );
}
