import type { Scan } from "@fluxion/core";

/** A scan of which some rows may have been left to a finer one. */
export interface PartialScan extends Pick<Scan, "state" | "error"> {
  /** Atoms whose weight row b was computed from, [B]; 0 where it holds no answer. */
  readonly seen: Float64Array;
}
