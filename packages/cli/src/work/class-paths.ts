import { type AtomPath, atomPath, atoms, evaluateEach, type Points, rows, takeRows, zerosLike } from "@fluxion/core";
import type { DataSet } from "../data/index.js";
import { badInput } from "../errors.js";

/** The path onto each class of the data alone: what a network is compared with that is conditioned on classes. */
export interface ClassPaths {
  readonly paths: readonly AtomPath[];
  /** Probability of every class under the data. */
  readonly shares: readonly number[];
}

/** The class of every atom, [N], that of its first row; undefined where the data have no labels. */
export function classesOf({ labels, firstRow }: Pick<DataSet, "labels" | "firstRow">): Int32Array | undefined {
  return labels && firstRow.map((row) => labels.index[row] ?? -1);
}

/** The paths of `count` classes. @throws CliError for a class whose points all repeat points of others. */
export function classPaths(path: AtomPath, classOf: Int32Array, count: number): ClassPaths {
  const { points, logWeights } = path.atoms;
  const all = Array.from({ length: count }, (_, k) => {
    const own = [...classOf.keys()].filter((atom) => classOf[atom] === k);
    if (own.length === 0) {
      throw badInput(`Cannot condition the network on classes: no point is of class ${k} alone; expected some of each class`);
    }
    const weights = Float64Array.from(own, (atom) => Math.exp(logWeights[atom] ?? Number.NEGATIVE_INFINITY));
    const share = weights.reduce((sum, weight) => sum + weight, 0);
    const { scheduler } = path.field;
    return { share, path: atomPath(scheduler, atoms(takeRows(points, own), weights), { bandwidth: path.bandwidth }) };
  });
  return { paths: all.map((own) => own.path), shares: all.map((own) => own.share) };
}

/** u_t(x_b | y_b), the exact velocity of every point's own class, [B, D]. Eq. (M6) */
export function classVelocities({ paths }: ClassPaths, label: Int32Array, t: Float64Array, x: Points): Points {
  const out = zerosLike(x);
  label.forEach((k, b) => {
    const [path, at] = [paths[k], rows(x, b, b + 1)];
    if (path !== undefined) evaluateEach(path.field, t.subarray(b, b + 1), at, rows(out, b, b + 1));
  });
  return out;
}
