import { writeOnnx } from "@fluxion/io";

/** How wide the rows are that the attention graph reads: multiples of what a vector holds, filled up with zeros. */
export interface HeadSizes {
  /** Of queries (q, 1) and keys (y, bias): the bias is one more coordinate. */
  readonly keys: number;
  /** Of values (y, 1, ‖y‖²/2): the mass of the weights, and how far out they lie, come with the mean. */
  readonly values: number;
}

/** Head sizes for atoms of `dim` coordinates. */
export function headSizes(dim: number): HeadSizes {
  return { keys: 8 * Math.ceil((dim + 1) / 8), values: 8 * Math.ceil((dim + 2) / 8) };
}

/**
 * sums = softmax(q·kᵀ)·v, [1, rows, values], in one operator: the weights stay in the cache between the two products, a few
 * rows and some atoms at a time. Its exponential makes zeros below the normal numbers, so that it meets next to no denormals.
 */
export function attentionModel({ keys, values }: HeadSizes): Uint8Array {
  return writeOnnx((graph) => {
    const q = graph.input("q", "float32", [1, "rows", keys]);
    const k = graph.input("k", "float32", [1, "atoms", keys]);
    const v = graph.input("v", "float32", [1, "atoms", values]);
    const attributes = { num_heads: { int: 1 }, scale: { float: 1 } };
    const sums = graph.op("MultiHeadAttention", [q, k, v], { domain: "com.microsoft", attributes, as: ["sums"] });
    graph.output(sums, "float32", [1, "rows", values]);
  });
}
