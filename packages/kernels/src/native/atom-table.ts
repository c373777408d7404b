import { outward, type ScanQuery } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import type { KernelArray } from "./onnxruntime.js";

/** Stands for −∞ where products with zero must stay zero: an atom without weight, or padding. */
export const NO_WEIGHT = -1e30;

/** Format of numbers in a graph. */
export type Format = "float32" | "float64";

/** A fresh array of a format. */
export function kernelArray(format: Format, length: number): KernelArray {
  return format === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** Atoms [from, to) of a scan, padded with atoms without weight to `length`. */
export interface AtomChunk {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** All chunks of N atoms, `length` each. */
export function chunksOf(size: number, length: number): AtomChunk[] {
  return Array.from({ length: Math.ceil(size / length) }, (_, k) => ({
    from: k * length,
    to: Math.min(size, (k + 1) * length),
    length,
  }));
}

/** Gives the rows of a chunk, with padding. */
export type ChunkReader = (chunk: AtomChunk) => KernelArray;

/** The atoms as a graph of one format reads them. */
export interface AtomTable {
  readonly format: Format;
  /** ‖y_i‖²/2 of the rows as read, in float64, [N]. */
  readonly halfNorms: Float64Array;
  /** No less than max ‖y_i‖. */
  readonly norm: number;
  /** No less than max ‖z_i − c − y_i‖. */
  readonly storageError: number;
  /** Rows y_i of a chunk, [length, D]; the next call may overwrite them. */
  reader(length: number): ChunkReader;
}

/** The atoms in float32 as they were bound: read without a copy, but for the last chunk. */
export function singleTable({ dim, stored, halfNorms, storageError }: BoundAtoms): AtomTable {
  return {
    format: "float32",
    halfNorms,
    norm: largestNorm(halfNorms, dim),
    storageError,
    reader(length) {
      const last = new Float32Array(length * dim);
      return ({ from, to }) => {
        if (to - from === length) return stored.subarray(from * dim, to * dim);
        last.set(stored.subarray(from * dim, to * dim));
        return last.fill(0, (to - from) * dim);
      };
    },
  };
}

/** The atoms in float64, as z − c where they are at hand, else the stored ones widened. */
export function doubleTable(bound: BoundAtoms): AtomTable {
  const { dim, size, stored, center, atoms } = bound;
  if (atoms === undefined) {
    const { halfNorms, norm, storageError } = singleTable(bound);
    const reader = (length: number) => {
      const rows = new Float64Array(length * dim);
      return ({ from, to }: AtomChunk): KernelArray => {
        rows.set(stored.subarray(from * dim, to * dim));
        return rows.fill(0, (to - from) * dim);
      };
    };
    return { format: "float64", halfNorms, norm, storageError, reader };
  }
  const { data } = atoms.points;
  const halfNorms = new Float64Array(size);
  for (let i = 0, at = 0; i < size; i++) {
    let squared = 0;
    for (let d = 0; d < dim; d++, at++) {
      const y = (data[at] ?? 0) - (center[d] ?? 0);
      squared += y * y;
    }
    halfNorms[i] = squared / 2;
  }
  const norm = largestNorm(halfNorms, dim);
  const centerNorm = Math.sqrt(center.reduce((sum, c) => sum + c * c, 0));
  const reader = (length: number) => {
    const rows = new Float64Array(length * dim);
    return ({ from, to }: AtomChunk): KernelArray => {
      for (let i = from, at = from * dim, k = 0; i < to; i++) {
        for (let d = 0; d < dim; d++, at++, k++) rows[k] = (data[at] ?? 0) - (center[d] ?? 0);
      }
      return rows.fill(0, (to - from) * dim);
    };
  };
  return { format: "float64", halfNorms, norm, storageError: outward(Number.EPSILON * (norm + centerNorm)), reader };
}

function largestNorm(halfNorms: Float64Array, dim: number): number {
  const most = halfNorms.reduce((largest, half) => Math.max(largest, half), 0);
  return outward(Math.sqrt(2 * most) * (1 + (dim + 4) * Number.EPSILON));
}

/** What one query adds to the logits of every atom, and how large it gets. */
export interface AtomBias {
  /** log-weight − (α²/v)‖y_i‖²/2, [N] and padding to whole chunks. */
  readonly values: KernelArray;
  /** No less than the largest |bias| of an atom that has a weight. */
  readonly largest: number;
}

/** The biases of all atoms of a table, padded to a multiple of `length`. */
export function atomBias(
  { format, halfNorms }: AtomTable,
  logWeights: Float64Array,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
  length: number,
): AtomBias {
  const size = halfNorms.length;
  const values = kernelArray(format, Math.ceil(size / length) * length).fill(NO_WEIGHT);
  const curvature = (alpha * alpha) / variance;
  let largest = 0;
  for (let i = 0; i < size; i++) {
    const logWeight = logWeights[i] ?? -Infinity;
    if (logWeight === -Infinity) continue;
    const value = logWeight - curvature * (halfNorms[i] ?? 0);
    values[i] = value;
    largest = Math.max(largest, Math.abs(value));
  }
  return { values, largest: outward(largest) };
}

/**
 * Rows (y_i, 1, ‖y_i‖²/2, log π_i) of all chunks, [D + 3 wide], so that one product gives all sums of weights that are linear in
 * them; made once, for few coordinates. An atom without weight has 0 for its logarithm.
 */
export function jointReader(table: AtomTable, logWeights: Float64Array, dim: number, length: number): ChunkReader {
  const size = table.halfNorms.length;
  const width = dim + JOINT_EXTRA;
  const read = table.reader(length);
  const all = chunksOf(size, length).map((chunk) => {
    const rows = read(chunk);
    const out = kernelArray(table.format, length * width);
    for (let i = chunk.from, k = 0; i < chunk.to; i++, k++) {
      out.set(rows.subarray(k * dim, (k + 1) * dim), k * width);
      const logWeight = logWeights[i] ?? -Infinity;
      out.set([1, table.halfNorms[i] ?? 0, logWeight === -Infinity ? 0 : logWeight], k * width + dim);
    }
    return out;
  });
  return ({ from }) => all[from / length] ?? kernelArray(table.format, length * width);
}

/** Columns of `jointReader` beyond the coordinates. */
export const JOINT_EXTRA = 3;

/** ‖y_i‖²/2 of a table in its format, padded to a multiple of `length`. */
export function paddedHalfNorms({ format, halfNorms }: AtomTable, length: number): KernelArray {
  const out = kernelArray(format, Math.ceil(halfNorms.length / length) * length);
  out.set(halfNorms);
  return out;
}
