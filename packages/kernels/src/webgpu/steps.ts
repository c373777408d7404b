import { CHUNK, chunksOf, type RowLayout, type ShardRange, TILE } from "./layout.js";

/** One compute kernel. */
export type Kernel = "logits" | "top" | "weigh" | "mean" | "spread" | "along" | "tangent" | "stream" | "streamSpread";

/** One array in device memory. */
export type BufferName =
  | ("shape" | "queries" | "atoms" | "bias" | "directions")
  | ("logits" | "sums" | "means" | "spreads" | "best" | "tangents");

/** One kernel over some buffers, bound in their order, and its workgroups. */
export interface Step {
  readonly kernel: Kernel;
  readonly buffers: readonly BufferName[];
  readonly groups: readonly [x: number, y: number, z: number];
}

/** What is wanted of a shard, and for how many rows. */
export interface ShardRequest {
  /** Queries. */
  readonly count: number;
  /** The same, filled up to whole tiles: products treat all of them, sums of weights only the queries. */
  readonly rows: number;
  /** The partial states, or the logits alone. */
  readonly want: "states" | "logits";
  /** One invocation a query instead of stored logits. */
  readonly streamed: boolean;
  readonly spread: boolean;
  /** Second moments along a direction of each row; not streamed. */
  readonly tangent: boolean;
  /** How many of the largest logits of each chunk. */
  readonly top: number;
}

/** What runs on a shard, in order; which buffers it needs, in bytes; and which of them come back. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly bytes: ReadonlyMap<BufferName, number>;
  readonly back: readonly BufferName[];
}

/** Plans one visit to a shard. */
export function planOf(request: ShardRequest, range: ShardRange, { quads }: RowLayout): Plan {
  const { count, rows, want, streamed, spread, tangent, top } = request;
  const { stride } = range;
  const chunks = chunksOf(range);
  const kept = Math.min(top, CHUNK);
  const tiles = [stride / TILE, rows / TILE, 1] as const;
  const logits: Step = { kernel: "logits", buffers: ["shape", "queries", "atoms", "bias", "logits"], groups: tiles };
  const bytes = new Map<BufferName, number>([["queries", 16 * rows * quads]]);
  if (want === "logits") return { steps: [logits], bytes: bytes.set("logits", 4 * rows * stride), back: ["logits"] };
  bytes.set("sums", 16 * chunks * rows).set("means", 16 * chunks * rows * quads);
  const back: BufferName[] = ["sums", "means"];
  if (spread) {
    bytes.set("spreads", 4 * rows * (streamed ? chunks : stride / TILE));
    back.push("spreads");
  }
  if (streamed) {
    const buffers: BufferName[] = ["shape", "queries", "atoms", "bias", "sums", "means"];
    const groups = [rows / TILE, chunks, 1] as const;
    const step: Step = spread
      ? { kernel: "streamSpread", buffers: [...buffers, "spreads"], groups }
      : { kernel: "stream", buffers, groups };
    return { steps: [step], bytes, back };
  }
  bytes.set("logits", 4 * rows * stride);
  const steps: Step[] = [logits];
  if (kept > 0) {
    bytes.set("best", 8 * chunks * rows * kept);
    back.push("best");
    steps.push({ kernel: "top", buffers: ["shape", "logits", "best"], groups: [chunks, count, 1] });
  }
  steps.push({ kernel: "weigh", buffers: ["shape", "logits", "sums"], groups: [chunks, count, 1] });
  const columns = [Math.ceil(quads / 16), rows / TILE, chunks] as const;
  steps.push({ kernel: "mean", buffers: ["shape", "logits", "atoms", "sums", "means"], groups: columns });
  if (spread) steps.push({ kernel: "spread", buffers: ["shape", "logits", "atoms", "means", "spreads"], groups: tiles });
  if (tangent) {
    bytes.set("directions", 16 * rows * quads).set("tangents", 16 * chunks * rows * quads);
    back.push("tangents");
    steps.push({ kernel: "along", buffers: ["shape", "logits", "atoms", "means", "directions"], groups: tiles });
    steps.push({ kernel: "tangent", buffers: ["shape", "logits", "atoms", "means", "tangents"], groups: columns });
  }
  return { steps, bytes, back };
}
