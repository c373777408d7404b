import type { Points, ScanQuery } from "@fluxion/core";
import type { Arena } from "./arena.js";
import { fillRows, type RowMatrix, rowMatrix, widthOf } from "./row-matrix.js";

/** Rows of queries in one call. */
export const CALL_ROWS = 32;
/** Bytes of sums before the mean in a row of the result. */
export const SUMS = 64;
/** Bytes of `ScanQuery` of the kernels, the fields in the order of `assembly/scan-query.ts`. */
const QUERY = 80;

/** What a scan kernel reads, in its memory: the queries and everything that the calls of one scan have in common. */
export interface ScanMemory {
  /** Where the common part is. */
  readonly address: number;
  /** Rows of queries, a multiple of 4. */
  readonly rows: number;
  /** Bytes of a row that are read. */
  readonly bytes: number;
  /** Bytes of one row of the result. */
  readonly stride: number;
}

/** Atoms in the memory of the kernels: where they are, and how far apart rows or columns are. */
export interface AtomMemory {
  readonly address: number;
  readonly stride: number;
  /** log π_i, or what else is added to a logit, doubles with −∞ in the padding. */
  readonly bias: number;
}

/** The numbers of a query that the kernels take as they are. */
export interface KernelQuery extends Pick<ScanQuery, "alpha" | "variance" | "spread" | "top" | "tangent"> {
  /** Weights at or below e^−cut of the largest may be zero in single precision. */
  readonly cut: number;
  /** Whether queries are read as floats. */
  readonly single: boolean;
}

/** Copies queries and directions into the memory of the kernels, where they stay. `x` is [B, D]. */
export function scanMemory(arena: Arena, atoms: AtomMemory, x: Points, query: KernelQuery): ScanMemory {
  const kind = query.single ? "f32" : "f64";
  const queries = filled(arena, kind, x);
  const tangent = query.tangent && filled(arena, "f64", query.tangent);
  const bytes = widthOf(queries);
  const mean = query.single ? 2 * bytes : bytes; // sums are doubles
  const best = 8 * Math.ceil((12 * query.top) / 8);
  const stride = 64 * Math.ceil((SUMS + mean * (tangent ? 2 : 1) + best) / 64);
  const address = arena.allocate(QUERY);
  const { alpha, variance } = query;
  arena.f64(address, 4).set([alpha, -0.5 / variance, query.cut, alpha / variance]);
  const fields = [queries.address, queries.stride, atoms.address, atoms.stride, bytes, x.dim, atoms.bias];
  fields.push(tangent?.address ?? 0, tangent?.stride ?? 0, stride, query.top, query.spread ? 1 : 0);
  arena.i32(address + 32, fields.length).set(fields);
  return { address, rows: queries.padded, bytes, stride };
}

/** Points as a matrix. */
function filled(arena: Arena, kind: RowMatrix["kind"], { data, size, dim }: Points): RowMatrix {
  const m = rowMatrix(arena, kind, size, dim);
  fillRows(arena, m, data);
  return m;
}
