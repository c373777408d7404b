import type { Arena } from "./arena.js";
import type { AtomRows } from "./atom-rows.js";
import { fillRows, rowMatrix } from "./row-matrix.js";
import type { AtomMemory } from "./scan-memory.js";

/** Copies the listed atoms alone into the memory of the kernels, each once; the lists then name the places of the copies. */
export function gatherAtoms(
  arena: Arena,
  { dim, logWeights, rows }: AtomRows,
  lists: readonly Int32Array[],
): { readonly atoms: AtomMemory; readonly lists: readonly Int32Array[] } {
  const places = new Map<number, number>();
  for (const list of lists) for (const i of list) if (!places.has(i)) places.set(i, places.size);
  const copies = rowMatrix(arena, "f64", places.size, dim);
  const bias = arena.allocate(8 * copies.padded);
  for (const [i, place] of places) fillRows(arena, copies, rows(i, i + 1), place);
  arena
    .f64(bias, copies.padded)
    .fill(-Infinity)
    .set(Float64Array.from(places.keys(), (i) => logWeights[i] ?? -Infinity));
  return {
    atoms: { address: copies.address, stride: copies.stride, bias },
    lists: lists.map((list) => list.map((i) => places.get(i) ?? 0)),
  };
}
