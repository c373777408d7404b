import { BLOCK } from "@fluxion/core";
import type { Arena } from "./arena.js";
import type { AtomRows } from "./atom-rows.js";
import { fillRows, rowMatrix } from "./row-matrix.js";
import type { AtomMemory } from "./scan-memory.js";
import type { Share } from "./shares.js";

/** Dimensions up to which atoms are kept in columns, so that two atoms share an instruction and not two coordinates. */
export const FEW = 8;

/** How much of the memory of the kernels rows may take. */
export interface DoubleRoom {
  /** Bytes up to which all are held at once. @defaultValue half of what addresses reach, the other half being for floats */
  readonly whole?: number;
  /** Bytes that are held at once beyond that. @defaultValue 2^27, 64 blocks in 64 dimensions: enough for many threads */
  readonly window?: number;
}

/** Atoms in double precision in the memory of the kernels: rows, or columns in few dimensions. */
export interface DoubleAtoms {
  readonly kernel: "exactRows" | "exactColumns";
  /** Bytes of workspace that the kernel needs. */
  readonly workspace: number;
  /** What is held at the same time, in order: all atoms, or whole blocks of them. */
  readonly windows: readonly Share[];
  /** Where the atoms of a window are, counted from its first; they stay until another window is loaded. */
  readonly load: (window: Share) => AtomMemory;
  readonly free: () => void;
}

/** Bytes of one row of weights in a workspace. */
const WEIGHTS = 8 * BLOCK + 64;

/**
 * Copies atoms into the memory of the kernels: all now, or a window when it is loaded where rows take more than `whole` bytes.
 * The padding, up to a multiple of 4, has weight zero.
 */
export function holdDoubles(arena: Arena, atoms: AtomRows, room: DoubleRoom = {}): DoubleAtoms {
  const { whole = 2 ** 31, window = 2 ** 27 } = room;
  if (atoms.dim <= FEW) return holdColumns(arena, atoms);
  return 8 * atoms.size * atoms.dim <= whole ? holdRows(arena, atoms) : lendRows(arena, atoms, window);
}

/** All rows. */
function holdRows(arena: Arena, atoms: AtomRows): DoubleAtoms {
  const room = rowRoom(arena, atoms.size, atoms.dim);
  const all = { from: 0, count: atoms.size };
  const memory = room.fill(atoms, all);
  return { ...room, windows: [all], load: () => memory };
}

/** Some whole blocks of rows at a time. */
function lendRows(arena: Arena, atoms: AtomRows, bytes: number): DoubleAtoms {
  const length = BLOCK * Math.max(1, Math.floor(bytes / (8 * BLOCK * atoms.dim)));
  const room = rowRoom(arena, Math.min(length, atoms.size), atoms.dim);
  const windows = Array.from({ length: Math.ceil(atoms.size / length) }, (_, k) => ({
    from: k * length,
    count: Math.min(length, atoms.size - k * length),
  }));
  return { ...room, windows, load: (window) => room.fill(atoms, window) };
}

/** Room for so many rows. */
function rowRoom(arena: Arena, count: number, dim: number) {
  const rows = rowMatrix(arena, "f64", count, dim);
  const bias = arena.allocate(8 * rows.padded);
  return {
    kernel: "exactRows" as const,
    workspace: 32 * WEIGHTS + Math.max(32 * rows.stride, 16 * (128 * 20 + 16)),
    fill(atoms: AtomRows, window: Share): AtomMemory {
      const end = window.from + window.count;
      for (let from = window.from; from < end; from += BLOCK) {
        fillRows(arena, rows, atoms.rows(from, Math.min(from + BLOCK, end)), from - window.from);
      }
      arena.f64(bias, rows.padded).fill(-Infinity).set(atoms.logWeights.subarray(window.from, end));
      return { address: rows.address, stride: rows.stride, bias };
    },
    free: () => freeAll(arena, [rows.address, bias]),
  };
}

/** All columns. */
function holdColumns(arena: Arena, { size, dim, logWeights, rows }: AtomRows): DoubleAtoms {
  const padded = 4 * Math.ceil(size / 4);
  const bias = arena.allocate(8 * padded);
  arena.f64(bias, padded).fill(-Infinity).set(logWeights);
  const stride = 64 * (Math.ceil(padded / 8) | 1);
  const address = arena.allocate(stride * dim);
  const columns = arena.f64(address, (stride / 8) * dim).fill(0);
  for (let from = 0; from < size; from += BLOCK) {
    const to = Math.min(from + BLOCK, size);
    const data = rows(from, to);
    for (let i = from, at = 0; i < to; i++) for (let d = 0; d < dim; d++, at++) columns[d * (stride / 8) + i] = data[at] ?? 0;
  }
  return {
    kernel: "exactColumns",
    workspace: 3 * WEIGHTS,
    windows: [{ from: 0, count: size }],
    load: () => ({ address, stride, bias }),
    free: () => freeAll(arena, [address, bias]),
  };
}

function freeAll(arena: Arena, blocks: readonly number[]): void {
  for (const block of blocks) arena.free(block);
}
