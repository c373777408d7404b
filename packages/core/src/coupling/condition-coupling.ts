/** Transport that weighs a continuous condition, the other half of C²OT [Cheng2025]. */
import { type Points, points } from "../points/index.js";
import { assignment } from "./assignment.js";
import { type Coupling, requireEnds } from "./coupling.js";
import { squaredDistances } from "./squared-distances.js";

/** How far apart two conditions are. */
export type ConditionMetric = "squared" | "cosine";

/** What the condition weighs: a number, or the weight that leaves every row the given share of the batch to choose from. */
export type ConditionWeight = { readonly weight: number } | { readonly candidates: number };

/**
 * Transport that weighs a continuous condition: c is the squared distance or 1 − cos. With `candidates` the weight is
 * found anew for every batch by `conditionWeight`.
 * @throws RangeError unless weight ≥ 0 or 0 < candidates ≤ 1; when coupling, if there are no conditions.
 */
export function conditionCoupling(options: ConditionWeight & { readonly metric?: ConditionMetric }): Coupling {
  const { metric = "cosine" } = options;
  const [what, size] = "weight" in options ? ["weight", options.weight] : ["candidates", options.candidates];
  if (!(size >= 0 && size < Infinity && (what === "weight" || (size > 0 && size <= 1)))) {
    throw new RangeError(
      `Cannot couple by condition: ${what} is ${size}; expected ${what === "weight" ? "a finite number ≥ 0" : "a share in (0, 1]"}`,
    );
  }
  return {
    name: `condition:${what},${size},${metric}`,
    couple(ends) {
      const n = requireEnds(ends);
      const { x0, x1, conditions } = ends;
      if (conditions === undefined) {
        throw new RangeError("Cannot couple by condition: there are no conditions; expected one for every row");
      }
      const cost = squaredDistances(x0, x1);
      const apart = conditionCost(conditions, metric);
      const weight = what === "weight" ? size : conditionWeight(cost, apart, n, size);
      const total = weight === Infinity ? apartCost(cost, apart) : cost.map((c, at) => c + weight * apart[at]);
      const { columnOfRow } = assignment(total, n);
      return { rows0: Uint32Array.from(columnOfRow.keys()), rows1: columnOfRow };
    },
  };
}

/** c(i, j) of every two conditions, [n, n]: ‖c_i − c_j‖², or 1 − cos = ½‖u_i − u_j‖² of unit vectors, exactly 0 for equal rows. */
function conditionCost(conditions: Points, metric: ConditionMetric): Float64Array {
  if (metric === "squared") return squaredDistances(conditions, conditions);
  const { data, dim } = conditions;
  const lengths = Array.from({ length: conditions.size }, (_, i) => norm(data.subarray(i * dim, (i + 1) * dim)));
  const bad = lengths.findIndex((length) => !(length > 0 && length < Infinity));
  if (bad >= 0) {
    throw new RangeError(
      `Cannot couple by condition: condition ${bad} has length ${lengths[bad]}; expected a positive finite one`,
    );
  }
  const units = points(
    data.map((v, at) => v / lengths[Math.floor(at / dim)]),
    dim,
  );
  return squaredDistances(units, units).map((c) => c / 2);
}

const norm = (v: Float64Array): number => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));

/**
 * The adaptive weight of C²OT: the largest w for which the share of cells (i, j) with cost_ij + w·apart_ij ≤ cost_ii, those
 * that a row would take before its own column, is still at least `candidates` [Cheng2025]. The share falls in steps, so
 * that w is one of the values (cost_ii − cost_ij)/apart_ij, found by sorting them. It is 0 where even w = 0 leaves fewer
 * cells, and ∞ where cells with apart = 0 are enough.
 * @throws RangeError when the matrices are not [n, n] or candidates is not in (0, 1].
 */
export function conditionWeight(cost: Float64Array, apart: Float64Array, n: number, candidates: number): number {
  if (cost.length !== n * n || apart.length !== n * n || !(candidates > 0 && candidates <= 1)) {
    throw new RangeError(
      `Cannot weigh the condition: there are ${cost.length} and ${apart.length} costs for n = ${n}, and the share is ${candidates}; expected [n, n] matrices and a share in (0, 1]`,
    );
  }
  const lasts: number[] = []; // the weight up to which a cell is a candidate
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) {
      const saved = cost[i * n + i] - cost[at];
      if (saved >= 0) lasts.push(apart[at] > 0 ? saved / apart[at] : Infinity);
    }
  }
  const wanted = Math.ceil(candidates * n * n);
  return wanted > lasts.length ? 0 : Float64Array.from(lasts).sort()[lasts.length - wanted];
}

/** Costs at which no two different conditions are paired: the identity costs less than one such pair. */
function apartCost(cost: Float64Array, apart: Float64Array): Float64Array {
  const n = Math.sqrt(cost.length);
  const price = 1 + cost.reduce((most, c) => Math.max(most, c), 0) * n;
  return cost.map((c, at) => (apart[at] > 0 ? c + price : c));
}
