import type { WeightedAtoms } from "./logits.js";
import { reachOf } from "./reach.js";
import { referenceError } from "./reference-error.js";
import { requireQuery, requireWeights } from "./require.js";
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
  let closed = false;
  return {
    name: "reference",
    dim,
    size,
    radius: reach.radius,
    meets: new Set(["exact", "certified"] as const),
    async scan(x, query) {
      if (closed) throw new Error('Cannot scan: the backend "reference" is closed; expected an open one');
      requireQuery(x, dim);
      const state = scanAtoms(atoms, x, query);
      return {
        state,
        error: referenceError(x, query, reach, state),
        evaluations: x.size * size,
        skipped: 0,
      };
    },
    async close() {
      closed = true;
    },
  };
}
