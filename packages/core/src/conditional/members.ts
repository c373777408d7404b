import type { Atoms } from "../distribution/index.js";
import type { WeightedAtoms } from "../field/index.js";
import { logSumExp } from "../points/index.js";

/** Some of the atoms of a data set, with their weights among themselves: p(z|M). */
export interface Members {
  /** Which atoms of the whole data, increasing, [n]. */
  readonly indices: Int32Array;
  /** log p(z_i|M), [n]; their exponentials sum to one. */
  readonly logWeights: Float64Array;
  /** log p(M), the weight of them all among all atoms. */
  readonly logShare: number;
}

/**
 * The members for which `shareOf` is positive, each with that share of its weight.
 * @throws RangeError when a share is not in [0, 1], or nothing is left.
 */
export function membersOf(
  { points, logWeights }: WeightedAtoms,
  shareOf: (atom: number) => number,
  what = "the condition",
): Members {
  const indices: number[] = [];
  const logs: number[] = [];
  for (let i = 0; i < points.size; i++) {
    const share = shareOf(i);
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(`Cannot condition on ${what}: the share of atom ${i} is ${share}; expected one in [0, 1]`);
    }
    if (share === 0 || logWeights[i] === -Infinity) continue;
    indices.push(i);
    logs.push(logWeights[i] + Math.log(share));
  }
  if (indices.length === 0) {
    throw new RangeError(`Cannot condition on ${what}: no atom of positive weight is in it; expected at least 1`);
  }
  const logShare = logSumExp(Float64Array.from(logs));
  return { indices: Int32Array.from(indices), logWeights: Float64Array.from(logs, (l) => l - logShare), logShare };
}

/**
 * The atoms of class `label`. Labels are those of the rows of the data as given, [R]; where equal rows of several classes
 * are one atom, its weight is shared by their numbers of rows.
 * @throws RangeError on a wrong number of labels, or a class without rows.
 */
export function classMembers<L extends number | string>(
  data: Atoms,
  labels: { readonly length: number; readonly [row: number]: L },
  label: L,
): Members {
  const { atomOfRow, points } = data;
  if (labels.length !== atomOfRow.length) {
    throw new RangeError(
      `Cannot condition on a class: there are ${labels.length} labels for ${atomOfRow.length} rows; expected one each`,
    );
  }
  const all = new Float64Array(points.size);
  const own = new Float64Array(points.size);
  for (let r = 0; r < atomOfRow.length; r++) {
    all[atomOfRow[r]]++;
    if (labels[r] === label) own[atomOfRow[r]]++;
  }
  return membersOf(data, (i) => own[i] / all[i], `class "${label}"`);
}

/** All atoms but those given: leave one out, or a group. @throws RangeError when an index is no atom, or none is left. */
export function membersWithout(atoms: WeightedAtoms, left: Iterable<number>): Members {
  const out = new Set(left);
  for (const i of out) {
    if (Number.isInteger(i) && i >= 0 && i < atoms.points.size) continue;
    throw new RangeError(`Cannot leave out atom ${i}: there are ${atoms.points.size} atoms; expected an index below that`);
  }
  return membersOf(atoms, (i) => (out.has(i) ? 0 : 1), "what is left");
}
