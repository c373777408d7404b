import { fork, normal, type Points, points, rngOf, uniform, type WeightedAtoms } from "@fluxion/core";

/** Where atoms of few dimensions lie, and what they weigh. */
export const kinds = ["random", "clustered", "lattice", "shifted", "steep"] as const;

/** A set of atoms, all of it a function of these numbers. */
export interface AtomsRecipe {
  readonly kind: (typeof kinds)[number];
  readonly N: number;
  readonly D: number;
  readonly key: number;
}

/**
 * Atoms: normal; five narrow clusters; on a lattice, many of them repeated; far from 0 with axes of very different length; with
 * weights over many orders of magnitude.
 */
export function atomsOf({ kind, N, D, key }: AtomsRecipe): WeightedAtoms {
  const rng = rngOf(key);
  const noise = normal(fork(rng, "z"), new Float64Array(N * D));
  const which = uniform(fork(rng, "cluster"), new Float64Array(N));
  const place = (e: number, at: number): number => {
    const d = at % D;
    if (kind === "clustered") return 0.05 * e + 2 * Math.sin(7 * Math.floor(5 * which[Math.floor(at / D)]) + 3 * d);
    if (kind === "lattice") return Math.round(2 * e) / 2 + 0; // not −0
    if (kind === "shifted") return e * 10 ** (-2 * (d % 3)) + 100;
    return e;
  };
  const raw = uniform(fork(rng, "weight"), new Float64Array(N)).map((u) =>
    kind === "steep" ? u ** 8 : kind === "random" ? 1 : u,
  );
  const total = raw.reduce((sum, w) => sum + w, 0);
  return { points: points(noise.map(place), D), logWeights: raw.map((w) => Math.log(w / total)) };
}

/** A view of row b. */
export function lineOf(x: Points, b: number): Float64Array {
  return x.data.subarray(b * x.dim, (b + 1) * x.dim);
}
