import type { WeightedAtoms } from "@fluxion/core";
import type { WasmPool } from "../wasm/index.js";
import type { DenseProducts } from "./dense-products.js";
import type { KernelAtoms } from "./kernel-atoms.js";

/** What the proofs of a batch read. */
export interface CaptureGround {
  readonly pool: WasmPool;
  readonly atoms: KernelAtoms;
  readonly data: WeightedAtoms;
  readonly dense: DenseProducts | undefined;
  /** w_0 in the coordinates of the centred data, [B, D]. */
  readonly start: Float64Array;
  /** q, [B] rows `stride` bytes apart. */
  readonly noise: { readonly address: number; readonly stride: number };
}
