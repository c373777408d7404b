import type { Arena } from "../wasm/index.js";
import type { KernelAtoms } from "./kernel-atoms.js";
import { dotRows } from "./row.js";

/** Fills `out`, [d], with the coordinates Vv of v, [D], in the leading directions of the atoms; returns it. */
export function leadingCoordinates(arena: Arena, atoms: KernelAtoms, v: Float64Array, out: Float64Array): Float64Array {
  for (let k = 0; k < out.length; k++) out[k] = dotRows(v, leadingAxis(arena, atoms, k));
  return out;
}

/** The k-th leading direction, [D], where the kernels have it. */
export function leadingAxis(arena: Arena, { basis, dim }: KernelAtoms, k: number): Float32Array {
  return arena.f32(basis + k * 64 * Math.ceil(dim / 16), dim);
}
