/** Problems for scan backends as plain data: built from a recipe of a few numbers, so that a failure is named by it. */
import { fork, normal, type Points, points, type Rng, rngOf, type ScanQuery, uniform, type WeightedAtoms } from "@fluxion/core";

/** Where the atoms lie. */
export const shapes = ["random", "clustered", "duplicated", "lattice", "shifted"] as const;
/** Where the queries lie: on the path, far out, halfway between nearest neighbours, on the scaled atoms, at the noise. */
export const places = ["path", "far", "tie", "atom", "noise"] as const;
/** The weights of the atoms. */
export const weightings = ["equal", "unequal", "steep", "partly zero"] as const;

/** All that a problem follows from. */
export interface ScanRecipe {
  readonly shape: (typeof shapes)[number];
  readonly place: (typeof places)[number];
  readonly weighting: (typeof weightings)[number];
  readonly N: number;
  readonly D: number;
  /** Queries. */
  readonly B: number;
  /** α and β, the standard deviation of a query around αz_i. */
  readonly alpha: number;
  readonly beta: number;
  /** The unit of the data. */
  readonly scale: number;
  readonly spread: boolean;
  readonly tangent: boolean;
  readonly top: number;
  /** Seed. */
  readonly key: number;
}

/** What a backend is asked. */
export interface ScanProblem {
  readonly recipe: ScanRecipe;
  readonly atoms: WeightedAtoms;
  /** [B, D]. */
  readonly x: Points;
  readonly query: ScanQuery;
}

/** A problem of ordinary size, to be changed in one respect. */
export const ordinary: ScanRecipe = {
  shape: "random",
  place: "path",
  weighting: "equal",
  N: 40,
  D: 3,
  B: 3,
  alpha: 0.5,
  beta: 0.5,
  scale: 1,
  spread: true,
  tangent: false,
  top: 4,
  key: 1,
};

/** α and β of the straight path at t. */
export const straight = (t: number): Pick<ScanRecipe, "alpha" | "beta"> => ({ alpha: t, beta: 1 - t });

/** α and β of the straight path at signal-to-noise s = α/β, without cancellation near the data. */
export const atSnr = (s: number): Pick<ScanRecipe, "alpha" | "beta"> => ({ alpha: s / (1 + s), beta: 1 / (1 + s) });

/** The problems that every backend must solve, whatever it is made for. */
export function fixedRecipes(): readonly ScanRecipe[] {
  const of = (...changes: readonly Partial<ScanRecipe>[]): ScanRecipe[] =>
    changes.map((change, key) => ({ ...ordinary, key, ...change }));
  return [
    ...shapes.flatMap((shape) => of(...[0.02, 0.5, 0.9].map((t) => ({ shape, ...straight(t) })))),
    ...weightings.flatMap((weighting) => of(...[0.02, 0.5, 0.9].map((t) => ({ weighting, ...straight(t) })))),
    ...[2, 16, 64].flatMap((D) =>
      of(...[0.9, 0.99, 0.999, 0.9999].map((t) => ({ place: "tie" as const, D, B: 6, ...straight(t) }))),
    ),
    ...of(...[1e-8, 1e-4, 1, 1e4, 1e8].map((s) => ({ D: 16, ...atSnr(s) }))),
    ...of(...[1, 2, 4095, 4096, 4097].map((N) => ({ N, B: 2, D: 2, weighting: "unequal" as const, ...straight(0.3) }))),
    ...of({ N: 9001, D: 2, ...straight(0.2), B: 1 }, { N: 4097, D: 64, B: 1, ...straight(0.4) }),
    ...of(...[1, 2, 3, 16, 64, 784].map((D) => ({ D, shape: "clustered" as const, ...straight(0.3), B: 2 }))),
    ...of({ D: 784, N: 300, B: 2, ...straight(0.6) }, { D: 784, N: 50, B: 2, place: "tie", ...straight(0.99) }),
    ...of(...[1e-30, 1e-6, 1e6, 1e30].map((scale) => ({ scale }))),
    ...of(...[1e-6, 1e3].map((scale) => ({ scale, place: "far" as const, ...straight(0.7) }))),
    ...of(...places.map((place) => ({ place, D: 16, B: 5, ...straight(0.8) }))),
    ...of({ B: 0 }, { B: 1 }, { B: 33 }, { top: 0, spread: false }, { top: 1, spread: false }, { top: 40 }),
    ...of({ tangent: true }, { tangent: true, spread: false, D: 16, ...straight(0.7) }, { tangent: true, N: 4097, D: 2 }),
  ];
}

/** The problem that a recipe means. */
export function scanProblem(recipe: ScanRecipe): ScanProblem {
  const rng = rngOf(recipe.key);
  const { N, D, B, alpha, beta } = recipe;
  const z = placeAtoms(recipe, fork(rng, "atoms"));
  const atoms = { points: points(z, D), logWeights: weigh(recipe, fork(rng, "weights")) };
  const x = new Float64Array(B * D);
  const noise = normal(fork(rng, "noise"), new Float64Array(B * D));
  for (let b = 0; b < B; b++) {
    const i = Math.floor((b * N) / Math.max(1, B));
    placeQuery(recipe, atoms, i, noise.subarray(b * D, (b + 1) * D), x.subarray(b * D, (b + 1) * D));
  }
  const tangent = recipe.tangent ? points(normal(fork(rng, "tangent"), new Float64Array(B * D)), D) : undefined;
  const query = { alpha, variance: beta * beta, spread: recipe.spread, top: Math.min(recipe.top, N), tangent };
  return { recipe, atoms, x: points(x, D), query };
}

function placeAtoms({ shape, N, D, scale }: ScanRecipe, rng: Rng): Float64Array {
  const z = normal(rng, new Float64Array(N * D));
  const centers = normal(fork(rng, "centers"), new Float64Array(5 * D));
  for (let i = 0, at = 0; i < N; i++) {
    for (let d = 0; d < D; d++, at++) {
      if (shape === "clustered") z[at] = 2 * centers[(i % 5) * D + d] + 0.01 * z[at];
      if (shape === "duplicated") z[at] = z[(i % 7) * D + d];
      if (shape === "lattice") z[at] = Math.round(z[at]);
      if (shape === "shifted") z[at] += 1000;
    }
  }
  return z.map((v) => v * scale);
}

/** log π, Σπ = 1 up to rounding. */
function weigh({ weighting, N }: ScanRecipe, rng: Rng): Float64Array {
  if (weighting === "equal") return new Float64Array(N).fill(-Math.log(N));
  const u = uniform(rng, new Float64Array(N));
  const weights = u.map((v, i) => {
    if (weighting === "steep") return Math.exp(-30 * v);
    return weighting === "partly zero" && i > 0 && v < 0.4 ? 0 : v;
  });
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => Math.log(w / total));
}

/** One query near αz_i, or far from all. */
function placeQuery(
  recipe: ScanRecipe,
  { points: { data: z } }: WeightedAtoms,
  i: number,
  noise: Float64Array,
  x: Float64Array,
): void {
  const { place, D, alpha, beta, scale } = recipe;
  const other = place === "tie" ? nearestTo(recipe, z, i) : i;
  for (let d = 0; d < D; d++) {
    const middle = (z[i * D + d] + z[other * D + d]) / 2;
    if (place === "path" || place === "tie") x[d] = alpha * middle + beta * noise[d];
    if (place === "atom") x[d] = alpha * middle;
    if (place === "noise") x[d] = noise[d];
    if (place === "far") x[d] = 100 * scale * noise[d];
  }
  if (place === "tie" && other !== i) flatten(x, z, { i: i * D, other: other * D, alpha });
}

/** Moves x along z_i − z_other into the bisector of αz_i and αz_other. */
function flatten(
  x: Float64Array,
  z: Float64Array,
  { i, other, alpha }: { readonly i: number; readonly other: number; readonly alpha: number },
): void {
  let [along, squared] = [0, 0];
  for (let d = 0; d < x.length; d++) {
    const gap = z[i + d] - z[other + d];
    along += gap * (x[d] - (alpha * (z[i + d] + z[other + d])) / 2);
    squared += gap * gap;
  }
  for (let d = 0; d < x.length; d++) x[d] -= (along / squared) * (z[i + d] - z[other + d]);
}

/** The nearest other atom that is elsewhere; i itself where there is none. */
function nearestTo({ N, D }: ScanRecipe, z: Float64Array, i: number): number {
  let [best, least] = [i, Infinity];
  for (let j = 0; j < N; j++) {
    let squared = 0;
    for (let d = 0; d < D; d++) squared += (z[i * D + d] - z[j * D + d]) ** 2;
    if (squared > 0 && squared < least) [best, least] = [j, squared];
  }
  return best;
}
