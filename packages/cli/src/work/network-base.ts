import { type Gaussian, gaussianField, schedulerNamed, weightedCovariance, weightedMean } from "@fluxion/core";
import type { NamedArrays, NdArray } from "@fluxion/io";
import type { BaseField } from "@fluxion/train";
import type { DataSet } from "../data/index.js";
import { badInput } from "../errors.js";
import type { NetworkSpec } from "../spec/index.js";

/**
 * The Gaussian with the mean and the covariance of the data, widened by `width` in every direction, so that its field stays
 * finite at t = 1 where the data have no extent; undefined where the spec wants no base.
 */
export function gaussianBaseOf({ base }: NetworkSpec, { atoms }: Pick<DataSet, "atoms">): Gaussian | undefined {
  if (base.kind === "none") return undefined;
  const { dim } = atoms.points;
  const covariance = weightedCovariance(atoms.points, atoms.logWeights);
  for (let d = 0; d < dim; d++) covariance[d * dim + d] = (covariance[d * dim + d] ?? 0) + base.width ** 2;
  return { mean: weightedMean(atoms.points, atoms.logWeights), covariance };
}

/** The exact marginal field of the Gaussian under a scheduler. Eq. (M6) */
export function baseFieldOf(gaussian: Gaussian, path: string): BaseField {
  return gaussianField(schedulerNamed(path), gaussian);
}

/** The Gaussian as arrays of a model file. */
export function baseTensors(base: Gaussian | undefined): NamedArrays {
  if (base === undefined) return {};
  const D = base.mean.length;
  return {
    "base.mean": { dtype: "float64", shape: [D], data: base.mean },
    "base.covariance": { dtype: "float64", shape: [D, D], data: base.covariance },
  };
}

/** The Gaussian of a model file, and the other arrays. @throws CliError when one of the two arrays is missing or misshapen. */
export function splitBase(tensors: NamedArrays, file: string): { base: Gaussian | undefined; rest: NamedArrays } {
  const { "base.mean": mean, "base.covariance": covariance, ...rest } = tensors;
  if (mean === undefined && covariance === undefined) return { base: undefined, rest };
  if (!isFloat64(mean) || !isFloat64(covariance) || covariance.data.length !== mean.data.length ** 2) {
    throw badInput(`Cannot use "${file}": base.mean and base.covariance do not fit; expected float64 arrays [D] and [D, D]`);
  }
  return { base: { mean: mean.data, covariance: covariance.data }, rest };
}

function isFloat64(array: NdArray | undefined): array is NdArray & { readonly data: Float64Array } {
  return array?.data instanceof Float64Array;
}
