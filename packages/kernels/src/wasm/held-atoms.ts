import { points, type WeightedAtoms } from "@fluxion/core";
import { type BoundAtoms, bindAtoms } from "../bind/index.js";
import { type DoubleAtoms, FEW, holdDoubles } from "./double-atoms.js";
import type { FloatReach } from "./float-error.js";
import type { WasmPool } from "./pool.js";
import { fillRows, type RowMatrix, rowMatrix } from "./row-matrix.js";

/** Atoms in the memory of a pool, copied there when they are first needed. */
export interface HeldAtoms {
  readonly pool: WasmPool;
  readonly bound: BoundAtoms;
  readonly reach: FloatReach;
  /** The atoms in double precision: as they were given, or as they are stored where only that is left. */
  readonly atoms: WeightedAtoms;
  readonly doubles: () => DoubleAtoms;
  /** Centred floats, and room for what is added to their logits. */
  readonly floats: () => { readonly rows: RowMatrix; readonly bias: number };
  readonly free: () => void;
}

/** Few dimensions take no floats: their logits are of double precision anyway. */
export const isFew = ({ dim }: { readonly dim: number }): boolean => dim <= FEW;

/** Makes atoms ready for the kernels of a pool; nothing is copied before it is read. */
export function holdAtoms(pool: WasmPool, data: WeightedAtoms | BoundAtoms): HeldAtoms {
  const bound = "stored" in data ? data : bindAtoms(data);
  const atoms = bound.atoms ?? restored(bound);
  let doubles: DoubleAtoms | undefined;
  let floats: { rows: RowMatrix; bias: number } | undefined;
  return {
    pool,
    bound,
    reach: { ...bound, logWeight: bound.logWeights.reduce((most, w) => (w > -Infinity ? Math.max(most, Math.abs(w)) : most), 0) },
    atoms,
    doubles: () => {
      doubles ??= holdDoubles(pool.arena, atoms);
      return doubles;
    },
    floats: () => {
      floats ??= holdFloats(pool, bound);
      return floats;
    },
    free: () => {
      doubles?.free();
      if (floats !== undefined) for (const address of [floats.rows.address, floats.bias]) pool.arena.free(address);
    },
  };
}

function holdFloats({ arena }: WasmPool, { stored, size, dim }: BoundAtoms): { rows: RowMatrix; bias: number } {
  const rows = rowMatrix(arena, "f32", size, dim);
  fillRows(arena, rows, stored);
  const bias = arena.allocate(8 * rows.padded);
  arena.f64(bias, rows.padded).fill(-Infinity);
  return { rows, bias };
}

/** c + y_i. */
function restored({ center, stored, dim, logWeights }: BoundAtoms): WeightedAtoms {
  return {
    points: points(
      Float64Array.from(stored, (y, at) => (center[at % dim] ?? 0) + y),
      dim,
    ),
    logWeights,
  };
}
