import { type Points, row, rows, zeros } from "../points/index.js";
import { cumulativeSum, fork, type Rng } from "../random/index.js";
import { drawDifferent, drawWithReplacement, gatherReferences, type References } from "./draw-references.js";
import type { WeightedAtoms } from "./logits.js";
import { requireMass, requireQuery } from "./require.js";
import { scanAtoms } from "./scan.js";

/** How the references of training targets are drawn. */
export interface EfmTargetOptions {
  /** The signal α of the path. */
  readonly alpha: number;
  /** The variance of x around αz. */
  readonly variance: number;
  /** M, the own atom included: 1 is the target of conditional flow matching, N without replacement the exact one. */
  readonly references: number;
  /** The source of the draws; row b forks its own stream from it. */
  readonly rng: Rng;
  /** The others with replacement by their weights, or else different atoms, all equally likely. @defaultValue false */
  readonly replacement?: boolean;
}

/**
 * Unbiased estimates of the posterior means E[z|x] at training points, [B, D], from M references each, among them the atom
 * `own[b]` that x_b was made from: given x, the mean over z ~ p(z|x) and over the draws is μ(x), exactly, for every M, and the
 * mean squared distance from it is at most that of the own atom. Without the own atom the same ratio is biased.
 * [Bertrand2025, Proposition 2]
 *
 * Proof. Given x, own ~ λ. Let S be the M references without saying which is the own one. Different atoms: a set S with i in it
 * is drawn with i as the own one with probability λ_i/C(N − 1, M − 1), so that given S the own one is i with probability
 * λ_i/Σ_S λ: the estimate is E[z_own | S, x], whose mean is E[z_own | x] = μ and whose variance is no larger. With replacement,
 * a sequence is drawn with its j-th element as the own one with probability λ_j Π_{k≠j} π_k ∝ λ_j/π_j, and the estimate weighs its
 * elements by that. ∎
 * @throws RangeError when an own atom or M is none, or x is not finite.
 */
export function efmTarget(atoms: WeightedAtoms, x: Points, own: ArrayLike<number>, options: EfmTargetOptions): Points {
  const { size, dim } = atoms.points;
  const { references, rng, replacement = false } = options;
  requireQuery(x, dim);
  requireOwn(atoms, own, x.size);
  if (!(Number.isInteger(references) && references >= 1 && (replacement || references <= size))) {
    const most = replacement ? "" : ` and at most ${size}, the number of atoms`;
    throw new RangeError(
      `Cannot estimate targets: the number of references is ${references}; expected an integer of at least 1${most}`,
    );
  }
  const cumulative = replacement ? cumulativeSum(atoms.logWeights.map(Math.exp)) : undefined;
  const out = zeros(x.size, dim);
  for (let b = 0; b < x.size; b++) {
    const stream = fork(rng, "efm", b);
    const drawn = cumulative
      ? withOwn(drawWithReplacement(stream, cumulative, references - 1), own[b])
      : drawDifferent(stream, size, references, own[b]);
    row(out, b).set(meanAmong(atoms, rows(x, b, b + 1), drawn, { ...options, replacement }));
  }
  return out;
}

/**
 * The posterior mean if the drawn atoms were all there are, [D]: by the weight of an atom over the chance that it was drawn,
 * which is its count times the likelihood with replacement and its posterior weight without.
 */
export function meanAmong(
  atoms: WeightedAtoms,
  x: Points,
  drawn: References,
  { alpha, variance, replacement }: Pick<EfmTargetOptions, "alpha" | "variance" | "replacement">,
): Float64Array {
  const logWeightOf = (k: number): number => (replacement ? Math.log(drawn.counts[k]) : atoms.logWeights[drawn.indices[k]]);
  const references = gatherReferences(atoms, drawn, logWeightOf);
  const { mass, mean } = scanAtoms(references, x, { alpha, variance, spread: false, top: 0, tangent: undefined });
  requireMass(mass);
  return mean.data;
}

/** One more draw, of the own atom. */
function withOwn({ indices, counts }: References, own: number): References {
  const at = indices.indexOf(own);
  if (at >= 0) return { indices, counts: counts.map((c, k) => (k === at ? c + 1 : c)) };
  const before = indices.filter((i) => i < own).length;
  return {
    indices: Int32Array.of(...indices.subarray(0, before), own, ...indices.subarray(before)),
    counts: Float64Array.of(...counts.subarray(0, before), 1, ...counts.subarray(before)),
  };
}

function requireOwn({ logWeights }: WeightedAtoms, own: ArrayLike<number>, B: number): void {
  if (own.length !== B) {
    throw new RangeError(`Cannot estimate targets: there are ${own.length} own atoms for ${B} points; expected one each`);
  }
  for (let b = 0; b < B; b++) {
    if (logWeights[own[b]] > -Infinity) continue; // also false where own[b] is no index
    throw new RangeError(
      `Cannot estimate targets: the own atom of point ${b} is ${own[b]}; expected the index of an atom of positive weight`,
    );
  }
}
