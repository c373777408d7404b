import { outward, type Reach, reachOf, type WeightedAtoms } from "@fluxion/core";
import { type BoundAtoms, bindAtoms } from "../bind/index.js";
import { type AtomRows, givenRows, storedRows } from "./atom-rows.js";
import { type DoubleAtoms, FEW, holdDoubles } from "./double-atoms.js";
import type { FloatReach } from "./float-error.js";
import type { WasmPool } from "./pool.js";
import { fillRows, type RowMatrix, rowMatrix } from "./row-matrix.js";

/** Atoms in the memory of a pool, copied there when they are first needed. */
export interface HeldAtoms {
  readonly pool: WasmPool;
  readonly bound: BoundAtoms;
  readonly reach: FloatReach;
  /** How far the atoms in double precision reach. */
  readonly exactReach: Reach;
  /** The atoms in double precision: as they were given, or as they are stored where only that is left. */
  readonly atoms: AtomRows;
  readonly doubles: () => DoubleAtoms;
  /** Whether `doubles` was called before: what is there already costs no copy. */
  readonly hasDoubles: () => boolean;
  /** Centred floats, and room for what is added to their logits. */
  readonly floats: () => { readonly rows: RowMatrix; readonly bias: number };
  readonly free: () => void;
}

/** Few dimensions take no floats: their logits are of double precision anyway. */
export const isFew = ({ dim }: { readonly dim: number }): boolean => dim <= FEW;

/** Makes atoms ready for the kernels of a pool; nothing is copied before it is read. */
export function holdAtoms(pool: WasmPool, data: WeightedAtoms | BoundAtoms): HeldAtoms {
  const bound = "stored" in data ? data : bindAtoms(data);
  const atoms = bound.atoms ? givenRows(bound.atoms) : storedRows(bound);
  let doubles: DoubleAtoms | undefined;
  let floats: { rows: RowMatrix; bias: number } | undefined;
  return {
    pool,
    bound,
    reach: { ...bound, logWeight: bound.logWeights.reduce((most, w) => (w > -Infinity ? Math.max(most, Math.abs(w)) : most), 0) },
    exactReach: bound.atoms ? reachOf(bound.atoms) : storedReach(bound),
    atoms,
    doubles: () => {
      doubles ??= holdDoubles(pool.arena, atoms);
      return doubles;
    },
    hasDoubles: () => doubles !== undefined,
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

/** How far c + y_i reach, the rounding of the sum included: ‖y_i‖ ≤ radius + storageError. */
function storedReach({ center, radius, storageError, size }: BoundAtoms): Reach {
  const length = Math.sqrt(center.reduce((sum, c) => sum + c * c, 0)) * (1 + (center.length + 8) * Number.EPSILON);
  const reach = radius + storageError;
  const norm = outward((length + reach) * (1 + 4 * Number.EPSILON));
  return { radius: outward(reach + Number.EPSILON * norm), norm, size };
}
