import type { BoundAtoms } from "../bind/index.js";
import { type AtomTable, doubleTable, type Format, singleTable } from "./atom-table.js";
import { attentionModel, headSizes } from "./attention-graph.js";
import { type Attention, attentionValues } from "./attention-scan.js";
import { widthOf } from "./chunk-sums.js";
import type { Kernel, KernelRuntime } from "./onnxruntime.js";
import { probeLogitDepth } from "./order-probe.js";
import { logitsModel, type ScanFormat, type SumsPlan, sumsModel } from "./scan-graph.js";
import { type PassTools, type Precision, workspacePool } from "./workspace.js";

/** The graphs over one set of atoms, compiled when they are first needed. */
export interface Precisions {
  /** Graphs and memory of one format, with sums that are made in one way. */
  open(format: ScanFormat, sums: SumsPlan): Promise<Precision>;
  /** Attention in float32 over all atoms. */
  attention(): Promise<Attention>;
  /** The atoms as float32 graphs read them. */
  readonly single: AtomTable;
  /** Frees all graphs. */
  release(): Promise<void>;
}

/** Dimensions between which the order of sums is asked: below it sums are short, above it asking takes long. */
const PROBED = { least: 128, most: 4096 };

/** No graph yet. */
export function precisionsOf(bound: BoundAtoms, library: KernelRuntime, threads: number): Precisions {
  const { dim } = bound;
  const heaviest = heaviestOf(bound);
  const logWeights = bound.logWeights.map((logWeight) => logWeight - heaviest);
  const tables: { float32: AtomTable; float64?: AtomTable } = { float32: singleTable(bound) };
  const kernels = new Map<string, Promise<Kernel>>();
  const made = new Map<string, Precision>();
  let attention: Attention | undefined;
  const kernel = (key: string, model: () => Uint8Array): Promise<Kernel> => {
    const known = kernels.get(key) ?? library.compile(model(), threads);
    kernels.set(key, known);
    return known;
  };
  const tableOf = (format: Format): AtomTable => {
    if (format === "float32") return tables.float32;
    tables.float64 ??= doubleTable(bound);
    return tables.float64;
  };
  return {
    async open(format, plan) {
      const { columns, mild } = plan;
      const key = `${format.logits} ${format.sums} ${columns} ${mild}`;
      const logits = await kernel(format.logits, () => logitsModel(dim, format));
      const sums = await kernel(key, () => sumsModel(widthOf(dim, columns), format, plan));
      const known = made.get(key);
      if (known) return known;
      const [logitTable, sumTable] = [tableOf(format.logits), tableOf(format.sums)];
      const tools: PassTools = { logits, sums, columns, logitTable, sumTable, logWeights, dim };
      const precision = { tools, pool: workspacePool(tools), depth: depthOf(tools) };
      made.set(key, precision);
      return precision;
    },
    single: tables.float32,
    async attention() {
      const compiled = await kernel("attention", () => attentionModel(headSizes(dim)));
      attention ??= { kernel: compiled, table: tables.float32, logWeights, values: attentionValues(tables.float32, dim) };
      return attention;
    },
    async release() {
      const opened = [...kernels.values()];
      kernels.clear();
      made.clear();
      for (const one of await Promise.allSettled(opened)) if (one.status === "fulfilled") await one.value.release();
    },
  };
}

/** max log π_i: the graphs read log-weights relative to it, which keeps logits and their rounding small. */
export function heaviestOf({ logWeights }: Pick<BoundAtoms, "logWeights">): number {
  return logWeights.reduce((most, logWeight) => Math.max(most, logWeight), -Infinity);
}

/** The depth of sums in float32 as the library makes them, asked once for every length of chunks; in float64 any will do. */
function depthOf({ logits, logitTable, dim }: PassTools): Precision["depth"] {
  const known = new Map<number, Promise<number>>();
  return (atoms) => {
    if (logitTable.format === "float64" || dim <= PROBED.least || dim > PROBED.most) return Promise.resolve(dim + 1);
    const depth = known.get(atoms) ?? probeLogitDepth(logits, dim, atoms);
    known.set(atoms, depth);
    return depth;
  };
}
