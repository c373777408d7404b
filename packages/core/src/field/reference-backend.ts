import type { WeightedAtoms } from "./logits.js";
import { referenceError } from "./reference-error.js";
import { requireWeights } from "./require.js";
import { scanAtoms } from "./scan.js";
import type { ScanBackend } from "./scan-backend.js";

/**
 * The float64 reference scan as a backend: what every other backend is measured against.
 * @throws RangeError when the weights do not sum to one.
 */
export function referenceBackend(atoms: WeightedAtoms): ScanBackend {
  requireWeights(atoms.logWeights, atoms.points.size);
  const { size, dim } = atoms.points;
  const reach = reachOf(atoms);
  return {
    name: "reference",
    dim,
    size,
    radius: reach.radius,
    meets: new Set(["exact", "certified"] as const),
    async scan(x, query) {
      return {
        state: scanAtoms(atoms, x, query),
        error: referenceError(x, query, { ...reach, size }),
        evaluations: x.size * size,
        skipped: 0,
      };
    },
    async close() {},
  };
}

/** How far the atoms reach: max ‖z_i − z̄‖ and max ‖z_i‖, a hair enlarged so that rounding cannot make them too small. */
export function reachOf({ points: { data, size, dim } }: WeightedAtoms): { radius: number; norm: number } {
  const mean = new Float64Array(dim);
  for (let at = 0; at < data.length; at++) mean[at % dim] += data[at] / size;
  let [radius, norm] = [0, 0];
  for (let i = 0; i < size; i++) {
    let [fromMean, fromZero] = [0, 0];
    for (let d = 0; d < dim; d++) {
      const z = data[i * dim + d];
      fromMean += (z - mean[d]) ** 2;
      fromZero += z * z;
    }
    radius = Math.max(radius, fromMean);
    norm = Math.max(norm, fromZero);
  }
  const enlarge = 1 + (dim + 8) * Number.EPSILON;
  return { radius: Math.sqrt(radius) * enlarge, norm: Math.sqrt(norm) * enlarge };
}
