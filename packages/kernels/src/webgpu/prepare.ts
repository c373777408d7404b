import type { Points, ScanQuery } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import type { RowLayout } from "./layout.js";

/** Logits beyond this could overflow on the way: their rows are left to float64. */
const LARGEST = 2 ** 100;

/** What is known of bound atoms before any query: which take part, and how long their vectors are. */
export interface AtomScale {
  /** The atoms with weight, in order; those without take no part on the device. */
  readonly kept: Int32Array;
  /** A power of two near max ‖y‖: the unit of lengths on the device, so that products neither overflow nor vanish. */
  readonly unit: number;
  /** No less than max ‖y_i‖ of the stored values, in units of the data. */
  readonly norm: number;
}

/** Queries as the device wants them: logits are q·y + bias, up to `shift`. */
export interface PreparedQuery {
  /** (α/v)(x − αc) in device units, [B, P]; zero in rows that float32 cannot hold. */
  readonly rows: Float32Array;
  /** log π_i − (α²/v)‖y_i‖²/2 − middle for the atoms kept; undefined where float32 cannot hold them. */
  readonly bias: Float32Array | undefined;
  /** max |bias|. */
  readonly biasNorm: number;
  /** What was subtracted from all of them. */
  readonly middle: number;
  /** What the device leaves out of every logit of a row: middle − ‖x − αc‖²/(2v), [B]. */
  readonly shift: Float64Array;
  /** ‖(α/v)(x − αc)‖ in device units, [B]; infinite in rows that float32 cannot hold. */
  readonly norm: Float64Array;
  /** ‖x − αc‖, [B]. */
  readonly distance: Float64Array;
  /** v/‖v‖ of the directions of the query, [B, P]; undefined where it has none. */
  readonly directions: Float32Array | undefined;
  /** ‖v‖, [B]; empty without directions. */
  readonly lengths: Float64Array;
}

/** @throws RangeError when no atom has a weight. */
export function atomScale({ size, dim, halfNorms, logWeights }: BoundAtoms): AtomScale {
  const kept = Int32Array.from({ length: size }, (_, i) => i).filter((i) => logWeight(logWeights, i) > -Infinity);
  if (kept.length === 0) throw new RangeError("Cannot bind the data: no atom has a weight; expected weights that sum to one");
  const largest = kept.reduce((most, i) => Math.max(most, halfNorms[i] ?? 0), 0);
  const norm = Math.sqrt(2 * largest) * (1 + (dim + 8) * Number.EPSILON);
  return { kept, unit: norm > 0 ? 2 ** Math.ceil(Math.log2(norm)) : 1, norm };
}

const logWeight = (logWeights: Float64Array, i: number): number => logWeights[i] ?? -Infinity;

/** The queries and biases of one scan, computed in float64 and rounded once. */
export function prepareQuery(
  bound: BoundAtoms,
  { kept, unit, norm }: AtomScale,
  layout: RowLayout,
  x: Points,
  { alpha, variance, tangent }: Pick<ScanQuery, "alpha" | "variance" | "tangent">,
): PreparedQuery {
  const { bias, biasNorm, middle } = biasOf(bound, kept, (alpha * alpha) / variance);
  const width = 4 * layout.quads;
  const prepared = {
    rows: new Float32Array(x.size * width),
    bias: biasNorm < LARGEST ? bias : undefined,
    biasNorm,
    middle,
    shift: new Float64Array(x.size),
    norm: new Float64Array(x.size),
    distance: new Float64Array(x.size),
    ...directionsOf(tangent, width),
  };
  const scale = (alpha / variance) * unit;
  const offset = new Float64Array(x.dim);
  for (let b = 0; b < x.size; b++) {
    let squared = 0;
    for (let d = 0; d < x.dim; d++) {
      const value = (x.data[b * x.dim + d] ?? 0) - alpha * (bound.center[d] ?? 0);
      offset[d] = value;
      squared += value * value;
    }
    const distance = Math.sqrt(squared);
    const length = scale * distance;
    const fits = biasNorm < LARGEST && length * (norm / unit) < LARGEST && length < LARGEST;
    if (fits) for (let d = 0; d < x.dim; d++) prepared.rows[b * width + d] = scale * (offset[d] ?? 0);
    prepared.norm[b] = fits ? length : Infinity;
    prepared.distance[b] = distance;
    prepared.shift[b] = middle - squared / (2 * variance);
  }
  return prepared;
}

/** Directions of length one, and their lengths; a direction of length zero stays what it is. */
function directionsOf(tangent: Points | undefined, width: number): Pick<PreparedQuery, "directions" | "lengths"> {
  if (tangent === undefined) return { directions: undefined, lengths: new Float64Array() };
  const { size, dim, data } = tangent;
  const directions = new Float32Array(size * width);
  const lengths = new Float64Array(size);
  for (let b = 0; b < size; b++) {
    const v = data.subarray(b * dim, (b + 1) * dim);
    const most = v.reduce((m, c) => Math.max(m, Math.abs(c)), 0);
    if (most === 0) continue;
    const length = most * Math.sqrt(v.reduce((sum, c) => sum + (c / most) ** 2, 0));
    lengths[b] = length;
    for (let d = 0; d < dim; d++) directions[b * width + d] = (v[d] ?? 0) / length;
  }
  return { directions, lengths };
}

/** log π_i − (α²/v)‖y_i‖²/2, moved to lie around zero: what is common to all changes no posterior. */
function biasOf(
  { halfNorms, logWeights }: BoundAtoms,
  kept: Int32Array,
  scale: number,
): { bias: Float32Array; biasNorm: number; middle: number } {
  const exact = Float64Array.from(kept, (i) => logWeight(logWeights, i) - scale * (halfNorms[i] ?? 0));
  const least = exact.reduce((a, b) => Math.min(a, b), Infinity);
  const most = exact.reduce((a, b) => Math.max(a, b), -Infinity);
  const middle = Number.isFinite(least) ? least + (most - least) / 2 : 0;
  const biasNorm = Math.max(most - middle, middle - least);
  return { bias: Float32Array.from(exact, (value) => value - middle), biasNorm, middle };
}
