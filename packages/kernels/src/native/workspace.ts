import { type AtomTable, type ChunkReader, kernelArray } from "./atom-table.js";
import type { ChunkPlan } from "./chunk-plan.js";
import { type ChunkSummer, chunkSummer } from "./chunk-sums.js";
import type { Kernel, KernelArray } from "./onnxruntime.js";
import { RUN, type SumColumns } from "./scan-graph.js";

/** Graphs of one precision, and the atoms as they read them. */
export interface PassTools {
  readonly logits: Kernel;
  readonly sums: Kernel;
  readonly logitTable: AtomTable;
  readonly sumTable: AtomTable;
  /** log π_i relative to the largest, [N]. */
  readonly logWeights: Float64Array;
  readonly dim: number;
  /** What the sums graph gives. */
  readonly columns: SumColumns;
}

/** The arrays that one scan at a time needs. */
export interface Workspace {
  readonly read: ChunkReader;
  readonly summer: ChunkSummer;
  /** [rows, atoms] and [rows, atoms/64], filled by one run. */
  readonly logits: KernelArray;
  readonly peaks: KernelArray;
}

/** Workspaces for reuse: fresh memory costs more than the scan of a few small atoms. */
export interface WorkspacePool {
  take(plan: ChunkPlan): Workspace;
  giveBack(plan: ChunkPlan, workspace: Workspace): void;
}

/** Graphs of one precision with memory to run them in. */
export interface Precision {
  readonly tools: PassTools;
  readonly pool: WorkspacePool;
  /** Most roundings of a term of a logit over chunks of `atoms`. */
  depth(atoms: number): Promise<number>;
}

/** A single row would take another path through the library, with sums in another order. */
export const rowsFor = (count: number): number => Math.max(2, count);

/** Workspaces of one precision; as many are made as scans run at the same time. */
export function workspacePool({ sums, logitTable, sumTable, logWeights, dim, columns }: PassTools): WorkspacePool {
  const free = new Map<string, Workspace[]>();
  const keyOf = ({ rows, atoms }: ChunkPlan): string => `${rows} ${atoms}`;
  const relative = logitTable.format !== sumTable.format;
  return {
    take(plan) {
      const known = free.get(keyOf(plan))?.pop();
      if (known) return known;
      const rows = rowsFor(plan.rows);
      return {
        read: logitTable.reader(plan.atoms),
        summer: chunkSummer(sums, { table: sumTable, logWeights, dim, relative, columns }, { rows, atoms: plan.atoms }),
        logits: kernelArray(logitTable.format, rows * plan.atoms),
        peaks: kernelArray(logitTable.format, (rows * plan.atoms) / RUN),
      };
    },
    giveBack(plan, workspace) {
      const kept = free.get(keyOf(plan)) ?? [];
      if (free.size >= MOST_PLANS && kept.length === 0) free.clear();
      free.set(keyOf(plan), [...kept, workspace]);
    },
  };
}

/** Shapes for which workspaces are kept. */
const MOST_PLANS = 4;
