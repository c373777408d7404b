import { normal, type PathPoint, type Points, points, rngOf, row, uniform, type WeightedAtoms } from "@fluxion/core";
import type { NaiveData } from "./naive-posterior.js";

/** Atoms as a backend takes them and as the oracle does. */
export interface Problem {
  readonly atoms: WeightedAtoms;
  readonly naive: (bandwidth: number) => NaiveData;
}

/** Random atoms with random weights, with their plain form for the oracle. */
export function problem(N: number, D: number, key: number): Problem {
  const data = normal(rngOf(key), new Float64Array(N * D));
  const raw = uniform(rngOf(key + 1), new Float64Array(N));
  return problemOf(points(data, D), raw);
}

function problemOf(data: Points, raw: Float64Array): Problem {
  const total = raw.reduce((sum, w) => sum + w, 0);
  const weights = raw.map((w) => w / total);
  const rows = Array.from({ length: data.size }, (_, i) => [...row(data, i)]);
  return {
    atoms: { points: data, logWeights: weights.map(Math.log) },
    naive: (bandwidth) => ({ rows, weights: [...weights], bandwidth }),
  };
}

/** Atoms that weigh the same. */
export const equalWeights = (data: Points): WeightedAtoms => ({
  points: data,
  logWeights: new Float64Array(data.size).fill(-Math.log(data.size)),
});

/** αz + βε for atoms drawn in turn: points where the path really is. */
export function onPath({ points: z }: WeightedAtoms, { alpha, beta }: PathPoint, B: number, key: number): Points {
  const noise = normal(rngOf(key), new Float64Array(B * z.dim));
  return points(
    noise.map((e, at) => alpha * z.data[(Math.floor(at / z.dim) % z.size) * z.dim + (at % z.dim)] + beta * e),
    z.dim,
  );
}
