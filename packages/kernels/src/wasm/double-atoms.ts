import { BLOCK, type WeightedAtoms } from "@fluxion/core";
import type { Arena } from "./arena.js";
import { fillRows, rowMatrix } from "./row-matrix.js";
import type { AtomMemory } from "./scan-memory.js";

/** Dimensions up to which atoms are kept in columns, so that two atoms share an instruction and not two coordinates. */
export const FEW = 8;

/** Atoms in double precision in the memory of the kernels: rows, or columns in few dimensions. */
export interface DoubleAtoms extends AtomMemory {
  readonly kernel: "exactRows" | "exactColumns";
  /** Bytes of workspace that the kernel needs. */
  readonly workspace: number;
  readonly free: () => void;
}

/** Copies atoms into the memory of the kernels. The padding, up to a multiple of 4, has weight zero. */
export function holdDoubles(arena: Arena, { points, logWeights }: WeightedAtoms): DoubleAtoms {
  const { size, dim } = points;
  const padded = 4 * Math.ceil(size / 4);
  const bias = arena.allocate(8 * padded);
  arena.f64(bias, padded).fill(-Infinity).set(logWeights);
  const weights = 8 * BLOCK + 64; // bytes of one row of weights
  if (dim > FEW) {
    const rows = rowMatrix(arena, "f64", size, dim);
    fillRows(arena, rows, points.data);
    const rest = Math.max(32 * rows.stride, 16 * (128 * 20 + 16));
    return {
      ...rows,
      bias,
      kernel: "exactRows",
      workspace: 32 * weights + rest,
      free: () => freeAll(arena, [rows.address, bias]),
    };
  }
  const stride = 64 * (Math.ceil(padded / 8) | 1);
  const address = arena.allocate(stride * dim);
  const columns = arena.f64(address, (stride / 8) * dim).fill(0);
  for (let i = 0, at = 0; i < size; i++) {
    for (let d = 0; d < dim; d++, at++) columns[d * (stride / 8) + i] = points.data[at] ?? 0;
  }
  return { address, stride, bias, kernel: "exactColumns", workspace: 3 * weights, free: () => freeAll(arena, [address, bias]) };
}

function freeAll(arena: Arena, blocks: readonly number[]): void {
  for (const block of blocks) arena.free(block);
}
