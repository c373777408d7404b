import {
  type AtomChunk,
  type AtomTable,
  type ChunkReader,
  JOINT_EXTRA,
  jointReader,
  kernelArray,
  paddedHalfNorms,
} from "./atom-table.js";
import type { ChunkPlan } from "./chunk-plan.js";
import type { RowSums } from "./dense-state.js";
import type { Kernel, KernelArray, KernelTensor } from "./onnxruntime.js";
import { RUN, type SumColumns } from "./scan-graph.js";

/** Columns of the rows that the sums graph multiplies. */
export const widthOf = (dim: number, columns: SumColumns): number => (columns === "joint" ? dim + JOINT_EXTRA : dim);

/** How the logits of a chunk follow from the sums of joint rows: ℓ = q·y − curvature·‖y‖²/2 + log π. */
export interface LogitForm {
  /** q of all queries, [B, D], and which of them the row is. */
  readonly slopes: Float64Array;
  readonly query: number;
  /** α²/v. */
  readonly curvature: number;
}

/** The sums graph with the arrays that it fills, for up to `rows` rows of a chunk. */
export interface ChunkSummer {
  /** Sums over a chunk of the first `rows` rows of logits. */
  run(logits: KernelTensor, chunk: AtomChunk): Promise<void>;
  /** What the last run gave for row r, whose largest logit is `top`, at position `at`. */
  row(r: number, top: number, at: number, form: LogitForm): RowSums;
}

/** What a summer reads. */
export interface SummerSetup {
  readonly table: AtomTable;
  readonly logWeights: Float64Array;
  readonly dim: number;
  /** What the graph gives. */
  readonly columns: SumColumns;
  /** Whether the graph takes the largest logit off before it multiplies. */
  readonly relative: boolean;
}

/** A summer for chunks of `atoms` atoms, with memory of its own. */
export function chunkSummer(
  kernel: Kernel,
  { table, logWeights, dim, columns, relative }: SummerSetup,
  { rows, atoms }: ChunkPlan,
): ChunkSummer {
  const joint = columns === "joint";
  const width = widthOf(dim, columns);
  const runs = atoms / RUN;
  const read: ChunkReader = joint ? jointReader(table, logWeights, dim, atoms) : table.reader(atoms);
  const halfNorms = columns === "spread" ? paddedHalfNorms(table, atoms) : undefined;
  const array = (length: number): KernelArray => kernelArray(table.format, length);
  const perRun = (wanted: boolean): KernelArray => array(wanted ? rows * runs : 0);
  const [shares, products, squares] = [array(rows * atoms), array(rows * width), perRun(columns !== "means")] as const;
  const separate = columns === "plain" || columns === "spread";
  const [masses, crosses, halves] = [perRun(separate), perRun(separate), perRun(columns === "spread")] as const;
  const total = (values: KernelArray, r: number): number => {
    let sum = 0;
    for (let k = r * runs; k < (r + 1) * runs; k++) sum += values[k] as number;
    return sum;
  };
  return {
    async run(logits, chunk) {
      const count = logits.shape[0] ?? 0;
      const part = (data: KernelArray, wide: number): KernelTensor => ({
        data: data.subarray(0, count * wide),
        shape: [count, wide],
      });
      const weighted = { shares: part(shares, atoms), products: part(products, width) };
      const y = { data: read(chunk), shape: [atoms, width] };
      if (columns === "means") return kernel.run({ logits, y }, weighted);
      const outputs = { ...weighted, squares: part(squares, runs) };
      if (joint) return kernel.run({ logits, y }, outputs);
      const also = { ...outputs, masses: part(masses, runs), crosses: part(crosses, runs) };
      if (halfNorms === undefined) return kernel.run({ logits, y }, also);
      const norms = { data: halfNorms.subarray(chunk.from, chunk.from + atoms), shape: [atoms] };
      return kernel.run({ logits, y, halfNorms: norms }, { ...also, halves: part(halves, runs) });
    },
    row(r, top, at, { slopes, query, curvature }) {
      const from = r * width;
      const largest = shares[r * atoms + at] as number;
      if (columns === "means") return { products, from, largest, share: 1, squares: 0, halves: 0, gaps: 0 };
      const squared = total(squares, r);
      if (!joint) {
        const share = total(masses, r);
        const gaps = total(crosses, r) - (relative ? 0 : top * share);
        return { products, from, largest, share, squares: squared, halves: halfNorms ? total(halves, r) : 0, gaps };
      }
      const share = products[from + dim] as number;
      const half = products[from + dim + 1] as number;
      let gaps = (products[from + dim + 2] as number) - curvature * half - top * share;
      for (let d = 0; d < dim; d++) gaps += (slopes[query * dim + d] as number) * (products[from + d] as number);
      return { products, from, largest, share, squares: squared, halves: half, gaps };
    },
  };
}
