import { gamma, outward, type Points, type WeightedAtoms, zerosLike } from "@fluxion/core";
import type { Products, RowProducts } from "./products.js";

/** Atoms as target oracles read them: in place, and centred for their dot products. */
export interface TargetAtoms {
  readonly atoms: WeightedAtoms;
  /** Dot products with y_n = z_n − c, c a mean of the data. */
  readonly products: RowProducts;
  /** c, [D]. */
  readonly center: Float64Array;
  /** ‖y_n‖²/2, [N]. */
  readonly halfNorms: Float64Array;
  /** No less than max ‖z_n − c‖. */
  readonly radius: number;
  /** No less than max ‖z_n‖. */
  readonly norm: number;
  /** max |log π_n| of the atoms that weigh anything. */
  readonly largestLog: number;
}

/** Centres the atoms at their mean and binds them. The centred copy is the products' to keep. */
export async function targetAtoms(atoms: WeightedAtoms, products: Products): Promise<TargetAtoms> {
  const { points: z, logWeights } = atoms;
  const { size: N, dim: D } = z;
  const center = new Float64Array(D);
  for (let n = 0, at = 0; n < N; n++) {
    const weight = Math.exp(logWeights[n] ?? -Infinity);
    for (let d = 0; d < D; d++, at++) center[d] = (center[d] as number) + weight * (z.data[at] as number);
  }
  const y = zerosLike(z);
  const halfNorms = new Float64Array(N);
  let [radius, norm] = [0, 0];
  for (let n = 0, at = 0; n < N; n++) {
    let [fromMean, fromZero] = [0, 0];
    for (let d = 0; d < D; d++, at++) {
      const value = z.data[at] as number;
      const centred = value - (center[d] as number);
      y.data[at] = centred;
      fromMean += centred * centred;
      fromZero += value * value;
    }
    halfNorms[n] = fromMean / 2;
    radius = Math.max(radius, fromMean);
    norm = Math.max(norm, fromZero);
  }
  const enlarge = 1 + gamma(D + 4); // D squares, their sum, a root, and the rounding of every z − c
  return {
    atoms,
    products: await products(y),
    center,
    halfNorms,
    radius: outward(Math.sqrt(radius) * enlarge),
    norm: outward(Math.sqrt(norm) * enlarge),
    largestLog: logWeights.reduce((most, l) => (l > -Infinity ? Math.max(most, -l) : most), 0),
  };
}

/** Rows of the atoms, centred as the products know them, [J, D]. */
export function centredRows({ atoms, center }: TargetAtoms, which: ArrayLike<number>): Points {
  const { dim: D, data: z } = atoms.points;
  const out = { data: new Float64Array(which.length * D), size: which.length, dim: D };
  for (let j = 0; j < which.length; j++) {
    const from = (which[j] as number) * D;
    for (let d = 0; d < D; d++) out.data[j * D + d] = (z[from + d] as number) - (center[d] as number);
  }
  return out;
}
