import { unitRoundoff } from "@fluxion/core";
import { RUN } from "./scan-graph.js";

/** How a scan is cut into runs of the graphs: `rows` queries against `atoms` atoms at a time. */
export interface ChunkPlan {
  readonly rows: number;
  /** A multiple of `RUN`. */
  readonly atoms: number;
}

/** Logits a run: 4 MiB in float32, which stays in a second- or third-level cache between the two graphs. */
const LOGITS = 2 ** 20;
/** Above this the weights leave the caches, and the bound of their sums grows. */
const MOST_ATOMS = 4096;
/** Below this a run costs more than what it computes. */
const FEWEST_ATOMS = 256;

/**
 * Chunks of as many atoms as the rounding of sums in float32 allows: n additions in any order are off by γ_n, which may
 * spend a quarter of `epsilon`.
 */
export function planChunks(queries: number, atoms: number, epsilon: number): ChunkPlan {
  const allowed = Math.floor(epsilon / 4 / unitRoundoff.float32);
  const bounded = Math.min(MOST_ATOMS, Math.max(FEWEST_ATOMS, allowed), atoms);
  const length = Math.max(1, Math.ceil(Math.floor(bounded) / RUN)) * RUN;
  return { rows: Math.max(1, Math.min(queries, Math.floor(LOGITS / length))), atoms: length };
}
