import { proveCapture, type WeightedAtoms } from "@fluxion/core";
import type { Course, TrajectoryEngine } from "./course.js";
import { type CentredAtoms, directFrame, productsOf } from "./direct-frame.js";
import { gramFrame } from "./gram-frame.js";
import { leadingVariance } from "./leading-variance.js";

/** Options of `plainEngine`. */
export interface PlainEngineOptions {
  /** Coordinates to follow trajectories in. @defaultValue "gram" where N² < 2N·D, that is where it is cheaper */
  readonly form?: "direct" | "gram";
}

/**
 * Trajectories in float64 and plain TypeScript: the reference of faster engines, and fast enough for some thousand atoms.
 * @throws RangeError when the weights do not sum to one.
 */
export function plainEngine(atoms: WeightedAtoms, { form }: PlainEngineOptions = {}): TrajectoryEngine {
  const centred = centre(atoms);
  const { size, dim, y } = centred;
  const gram = (form ?? (size < 2 * dim ? "gram" : "direct")) === "gram" ? productsOf(y, y, dim) : undefined;
  return {
    name: gram === undefined ? "plain" : "plain (Gram)",
    size,
    dim,
    radius: centred.radius,
    center: centred.center,
    atoms,
    variance: leadingVariance(atoms.points.data, size, dim, centred.center),
    async launch(w0) {
      const noise = productsOf(w0.data, y, dim);
      const frame = gram === undefined ? directFrame(centred, noise) : gramFrame(centred, gram, noise);
      const position: Course["position"] = (row, state, s) => {
        const w = centred.center.map((c, d) => (w0.data[row * dim + d] as number) + s * c);
        const m = state.subarray(row * frame.width, (row + 1) * frame.width);
        if (gram === undefined) return w.map((v, d) => v + (m[d] as number));
        for (let i = 0, p = 0; i < size; i++) {
          for (let d = 0; d < dim; d++, p++) w[d] = (w[d] as number) + (m[i] as number) * (y[p] as number);
        }
        return w;
      };
      return {
        legs: [{ frame }],
        position,
        async prove({ rows, s, state, leader }) {
          return rows.map((r) => proveCapture(atoms, position(r, state, s[r] as number), s[r] as number, leader[r] as number));
        },
        close() {},
      };
    },
    async close() {},
  };
}

/** The atoms about their mean, with how far they reach. */
function centre({
  points,
  logWeights,
}: WeightedAtoms): CentredAtoms & { readonly center: Float64Array; readonly radius: number } {
  const { size, dim, data } = points;
  const center = new Float64Array(dim);
  for (let i = 0, p = 0; i < size; i++) {
    const weight = Math.exp(logWeights[i] as number);
    for (let d = 0; d < dim; d++, p++) center[d] = (center[d] as number) + weight * (data[p] as number);
  }
  const y = data.map((v, p) => v - (center[p % dim] as number));
  const halfNorms = new Float64Array(size);
  let radius = 0;
  for (let i = 0, p = 0; i < size; i++) {
    let squared = 0;
    for (let d = 0; d < dim; d++, p++) squared += (y[p] as number) * (y[p] as number);
    halfNorms[i] = squared / 2;
    radius = Math.max(radius, squared);
  }
  return { y, halfNorms, logWeights, size, dim, center, radius: Math.sqrt(radius) };
}
