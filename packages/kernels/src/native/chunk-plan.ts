import { gamma, type ScanQuery, unitRoundoff } from "@fluxion/core";
import { RUN, type ScanFormat, type SumsPlan } from "./scan-graph.js";

/** How a scan is cut into runs of the graphs: `rows` queries against `atoms` atoms at a time. */
export interface ChunkPlan {
  readonly rows: number;
  /** A multiple of `RUN`. */
  readonly atoms: number;
}

/** What a plan is made for. */
export interface PlannedScan {
  /** B. */
  readonly queries: number;
  /** N and D. */
  readonly size: number;
  readonly dim: number;
  readonly format: ScanFormat;
  /** No less than every |ℓ|, without the term that is common to all. */
  readonly largest: number;
  readonly epsilon: number;
}

/** Logits a run: 4 MiB in float32, which stays in a second- or third-level cache between the two graphs. */
const LOGITS = 2 ** 20;
/** Above this the weights leave the caches, and the bound of their sums grows. */
const MOST_ATOMS = 4096;
/** Below this a run costs more than what it computes. */
const FEWEST_ATOMS = 256;
/** Up to this many coordinates one product of few columns gives all sums: it costs no more than that for the mean. */
const MOST_JOINT = 13;
/** Nats between two logits up to which weights are normal numbers in float32, e^−87 being the smallest. */
const MILD = 75;
/** Nats that the sum of logits may be off by. */
const LOOSEST_SUM = 0.05;

/**
 * Chunks of as many atoms as the rounding of sums in float32 allows: n additions in any order are off by γ_n, which may spend a
 * quarter of `epsilon`; sums that all come from one product meet it twice, and Σŵℓ by γ_n|ℓ|, so that not all may.
 */
export function planChunks(scan: PlannedScan, query: Pick<ScanQuery, "spread">): { plan: ChunkPlan; sums: SumsPlan } {
  const u = unitRoundoff[scan.format.sums];
  const mild = 2 * scan.largest <= MILD;
  const joint = chunks(scan, scan.epsilon / 8 / u);
  if (scan.dim <= MOST_JOINT && gamma(joint.atoms + 3, u) * 2 * scan.largest <= LOOSEST_SUM)
    return { plan: joint, sums: { columns: "joint", mild } };
  return { plan: chunks(scan, scan.epsilon / 4 / u), sums: { columns: query.spread ? "spread" : "plain", mild } };
}

function chunks({ queries, size }: PlannedScan, allowed: number): ChunkPlan {
  const length = Math.min(MOST_ATOMS, Math.max(FEWEST_ATOMS, Math.floor(allowed)), size);
  const atoms = Math.max(1, Math.ceil(length / RUN)) * RUN;
  return { rows: Math.max(1, Math.min(queries, Math.floor(LOGITS / atoms))), atoms };
}
