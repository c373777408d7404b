import type { BoundAtoms } from "../bind/index.js";
import { type Arena, fillRows, multiplyRows, type RowMatrix, readRow, rowMatrix, type WasmPool, widthOf } from "../wasm/index.js";
import { leadingBasis } from "./leading-basis.js";

/** Stands for −∞ where a product with zero must stay zero. */
export const NO_WEIGHT = -1e30;
/** Atoms that kernels take at a time. */
export const BLOCK = 64;

/** Atoms in the memory of the kernels. Addresses are bytes; see `packages/kernels/assembly/trajectory-*.ts`. */
export interface KernelAtoms {
  readonly size: number;
  readonly dim: number;
  /** N rounded up to whole blocks. */
  readonly padded: number;
  /** d, a multiple of 16. */
  readonly prefixDim: number;
  /** y_i, [N, D]. */
  readonly rows: RowMatrix;
  /** ‖y_i‖²/2, log π_i, and no less than the length of y_i beyond the first d coordinates, [padded] floats each. */
  readonly halfNorms: number;
  readonly bias: number;
  readonly tails: number;
  /** y_i in the first d coordinates, [padded, d], and in panels of eight, [padded/8, d, 8]. */
  readonly prefix: number;
  readonly panels: number;
  /** The first d vectors of the basis, [d] rows of the width of `rows`. */
  readonly basis: number;
  /** The `ListData` of the kernels. */
  readonly listData: number;
  /** ‖y_i‖²/2 of the stored values in float64, [N]. */
  readonly norms: Float64Array;
  readonly center: Float64Array;
  readonly radius: number;
  readonly storageError: number;
  /** No less than |m·y − (Vm)·(Vy) − m_⊥·y_⊥|/(‖m‖‖y‖) because the basis is orthonormal only nearly. */
  readonly skew: number;
  readonly free: () => void;
}

/** Copies atoms into the memory of the kernels, with a basis of d leading directions. */
export async function holdAtoms(pool: WasmPool, bound: BoundAtoms, prefixDim: number): Promise<KernelAtoms> {
  const { arena } = pool;
  const { size, dim } = bound;
  const padded = BLOCK * Math.ceil(size / BLOCK);
  const rows = rowMatrix(arena, "f32", size, dim);
  fillRows(arena, rows, bound.stored);
  const basis = rowMatrix(arena, "f32", prefixDim, dim);
  const directions = Math.min(prefixDim, dim);
  fillRows(arena, basis, await leadingBasis(pool, rows, directions));
  const shown = rowMatrix(arena, "f32", prefixDim, size);
  await multiplyRows(pool, basis, rows, shown);
  const width = widthOf(rows);
  const blocks = {
    halfNorms: 4 * padded,
    bias: 4 * padded,
    tails: 4 * padded,
    prefix: 4 * padded * prefixDim,
    panels: 4 * padded * prefixDim,
    basis: width * prefixDim,
    listData: 64,
  };
  const at = allocated(arena, blocks);
  const weights = bound.logWeights.map((log) => Math.max(log, NO_WEIGHT));
  arena.f32(at.bias, padded).fill(NO_WEIGHT).set(weights);
  arena.f32(at.halfNorms, padded).fill(0).set(bound.halfNorms);
  spread(
    arena.f32(shown.address, (shown.padded * shown.stride) / 4),
    shown.stride / 4,
    { size, padded, prefixDim },
    arena.f32(at.prefix, padded * prefixDim),
    arena.f32(at.panels, padded * prefixDim),
  );
  const packed = arena.f32(at.basis, (width / 4) * prefixDim).fill(0);
  for (let k = 0; k < prefixDim; k++) packed.set(readRow(arena, basis, k), (k * width) / 4);
  const skew = skewOf(packed, directions, width / 4);
  const tails = tailsOf(bound.halfNorms, arena.f32(at.prefix, padded * prefixDim), prefixDim, skew);
  arena.f32(at.tails, padded).fill(0).set(tails);
  arena.i32(at.listData, 8).set([rows.address, rows.stride, width, at.prefix, prefixDim, at.basis, at.halfNorms, at.bias]);
  arena.free(shown.address);
  arena.free(basis.address);
  const { center, radius, storageError } = bound;
  return {
    size,
    dim,
    padded,
    prefixDim,
    rows,
    ...at,
    norms: bound.halfNorms,
    center,
    radius,
    storageError,
    skew,
    free: () => {
      for (const address of [rows.address, ...Object.values(at)]) arena.free(address);
    },
  };
}

/** One block of memory for every name. */
function allocated<K extends string>(arena: Arena, sizes: Readonly<Record<K, number>>): Record<K, number> {
  const blocks = Object.entries<number>(sizes).map(([name, bytes]) => [name, arena.allocate(bytes)]);
  return Object.fromEntries(blocks) as Record<K, number>;
}

/** [d, N] with rows `stride` apart to [padded, d] and to panels of eight atoms, [padded/8, d, 8]; padding is zero. */
function spread(
  from: Float32Array,
  stride: number,
  { size, padded, prefixDim: d }: { readonly size: number; readonly padded: number; readonly prefixDim: number },
  prefix: Float32Array,
  panels: Float32Array,
): void {
  prefix.fill(0, size * d, padded * d);
  panels.fill(0, Math.floor(size / 8) * 8 * d, padded * d);
  for (let k = 0; k < d; k++) {
    for (let i = 0; i < size; i++) {
      const v = from[k * stride + i] as number;
      prefix[i * d + k] = v;
      panels[(i >> 3) * 8 * d + k * 8 + (i & 7)] = v;
    }
  }
}

/** ‖VVᵀ − 1‖_F of the basis as stored, and the rounding of dot products with it. */
function skewOf(basis: Float32Array, d: number, stride: number): number {
  let squared = 0;
  for (let j = 0; j < d; j++) {
    for (let k = 0; k <= j; k++) {
      let dot = j === k ? -1 : 0;
      for (let p = 0; p < stride; p++) dot += (basis[j * stride + p] as number) * (basis[k * stride + p] as number);
      squared += (j === k ? 1 : 2) * dot * dot;
    }
  }
  return Math.sqrt(squared);
}

/** √(‖y‖² − ‖Vy‖²/(1 + skew)), no less, with room for the rounding of Vy in float32: 2⁻¹⁸ of ‖y‖² is 100 roundings. */
function tailsOf(halfNorms: Float64Array, prefix: Float32Array, d: number, skew: number): Float32Array {
  return Float32Array.from(halfNorms, (half, i) => {
    let shown = 0;
    for (let p = i * d; p < (i + 1) * d; p++) shown += (prefix[p] as number) ** 2;
    const left = 2 * half - shown / (1 + skew) + 2 * half * 2 ** -18;
    return Math.sqrt(Math.max(left, 0)) * (1 + 2 ** -20);
  });
}
