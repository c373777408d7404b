/**
 * Transport that respects conditions (C²OT) [Cheng2025]. Minibatch transport pairs noise with data of whatever class lies
 * nearest, so that the noise of one class is not the noise that a sampler draws. Here row i of x0 carries the condition that
 * was drawn with it, and a pair pays for conditions that differ:
 *
 *     cost(i, j) = ‖x1_j − x0_i‖² + w · c(condition_i, condition_j)
 */
import { takeRows } from "../points/index.js";
import { assignment } from "./assignment.js";
import { type Coupling, requireEnds } from "./coupling.js";
import { squaredDistances } from "./squared-distances.js";

/**
 * Transport within classes. `weight` is what a pair of two classes pays; ∞ never makes one, and solves every class alone.
 * @throws RangeError unless weight ≥ 0; when coupling, if there are no labels.
 */
export function labelCoupling(weight: number = Infinity): Coupling {
  if (!(weight >= 0)) throw new RangeError(`Cannot couple by label: the weight is ${weight}; expected a number ≥ 0 or Infinity`);
  return {
    name: weight === Infinity ? "c2ot" : `c2ot:${weight}`,
    couple(ends) {
      const n = requireEnds(ends);
      const { x0, x1, labels } = ends;
      if (labels === undefined) throw new RangeError("Cannot couple by label: there are no labels; expected one for every row");
      const rows1 = new Uint32Array(n);
      for (const rows of weight === Infinity ? rowsByLabel(labels) : [Array.from(rows1.keys())]) {
        const cost = squaredDistances(takeRows(x0, rows), takeRows(x1, rows));
        if (weight < Infinity) addWhereLabelsDiffer(cost, labels, weight);
        assignment(cost, rows.length).columnOfRow.forEach((j, i) => {
          rows1[rows[i]] = rows[j];
        });
      }
      return { rows0: Uint32Array.from(rows1.keys()), rows1 };
    },
  };
}

function rowsByLabel(labels: ArrayLike<number | string>): Iterable<number[]> {
  const groups = new Map<number | string, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const rows = groups.get(labels[i]);
    if (rows === undefined) groups.set(labels[i], [i]);
    else rows.push(i);
  }
  return groups.values();
}

function addWhereLabelsDiffer(cost: Float64Array, labels: ArrayLike<number | string>, weight: number): void {
  const n = labels.length;
  for (let at = 0; at < cost.length; at++) if (labels[Math.floor(at / n)] !== labels[at % n]) cost[at] += weight;
}
