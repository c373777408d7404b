import { ndArray, type OnnxGraph, type Value, writeOnnx } from "@fluxion/io";

/** In what the logits and the sums over weights are computed. */
export interface ScanFormat {
  readonly logits: "float32" | "float64";
  readonly sums: "float32" | "float64";
}

/** What the sums graph gives, and what it may rely on. */
export interface SumsPlan {
  readonly columns: SumColumns;
  /** Whether no logit is so far below another that its weight, or a product with it, is denormal: a pass less. */
  readonly mild: boolean;
}

/**
 * Where the sums other than Σpy come from: "joint", further columns of y; "plain", sums over every run, without squared norms;
 * "spread", with them; "means", nowhere: there are none, and Σp is 1 as softmax has it.
 */
export type SumColumns = "joint" | "plain" | "spread" | "means";

/** Atoms whose largest logit, mass and other sums are reported together: runs short enough to be summed with little error. */
export const RUN = 64;

/**
 * Weights below this share of their chunk become zero. Their products with weights and coordinates would be denormal, which
 * costs up to a hundred times an ordinary product; 10⁹ of them weigh less than one rounding of float32.
 */
export const SMALLEST_SHARE = 1e-18;

const int64 = (values: readonly number[]): Parameters<OnnxGraph["constant"]>[0] =>
  ndArray("int64", [values.length], BigInt64Array.from(values, BigInt));

/** Values of [rows, atoms] in runs, [rows, atoms/64, 64]. */
function runsOf(graph: OnnxGraph, value: Value): Value {
  return graph.op("Reshape", [value, graph.constant(int64([0, -1, RUN]))]);
}

/** One number for each run: [rows, atoms] ↦ [rows, atoms/64]. */
function overRuns(graph: OnnxGraph, reduction: string, value: Value, name: string): Value {
  const attributes = { keepdims: { int: 0 } };
  return graph.op(reduction, [runsOf(graph, value), graph.constant(int64([2]))], { attributes, as: [name] });
}

/** logits = q·yᵀ + bias, [rows, atoms], and peaks = their largest in every run, [rows, atoms/64]. */
export function logitsModel(dim: number, { logits: dtype }: ScanFormat): Uint8Array {
  return writeOnnx((graph) => {
    const q = graph.input("q", dtype, ["rows", dim]);
    const y = graph.input("y", dtype, ["atoms", dim]);
    const bias = graph.input("bias", dtype, ["atoms"]);
    const logits = graph.op("Gemm", [q, y, bias], { attributes: { transB: { int: 1 } }, as: ["logits"] });
    graph.output(logits, dtype, ["rows", "atoms"]);
    graph.output(overRuns(graph, "ReduceMax", logits, "peaks"), dtype, ["rows", "runs"]);
  });
}

/**
 * Weights p = softmax of the logits over the chunk, shares, [rows, atoms], and of them products = p·y, [rows, width], and
 * squares = Σp² over every run, [rows, atoms/64]. For "plain" and "spread" also masses Σp and crosses Σpℓ of every run, and
 * for "spread" halves Σp‖y‖²/2; for "means" shares and products alone, which saves some passes over the weights.
 */
export function sumsModel(width: number, { logits, sums }: ScanFormat, { columns, mild }: SumsPlan): Uint8Array {
  return writeOnnx((graph) => {
    const given = graph.input("logits", logits, ["rows", "atoms"]);
    const y = graph.input("y", sums, ["atoms", width]);
    const relative = sums === logits ? given : narrowed(graph, given);
    const softmax = { attributes: { axis: { int: 1 } } };
    const clean = mild || sums === "float64";
    const p = clean
      ? graph.op("Softmax", [relative], { ...softmax, as: ["shares"] })
      : thresholded(graph, graph.op("Softmax", [relative], softmax));
    graph.output(p, sums, ["rows", "atoms"]);
    graph.output(graph.op("MatMul", [p, y], { as: ["products"] }), sums, ["rows", width]);
    if (columns === "means") return;
    graph.output(overRuns(graph, "ReduceSumSquare", p, "squares"), sums, ["rows", "runs"]);
    if (columns === "joint") return;
    const perRun = [
      overRuns(graph, "ReduceSum", p, "masses"),
      overRuns(graph, "ReduceSum", graph.op("Mul", [p, relative]), "crosses"),
    ];
    if (columns === "spread") {
      const halfNorms = graph.input("halfNorms", sums, ["atoms"]);
      perRun.push(overRuns(graph, "ReduceSum", graph.op("Mul", [p, halfNorms]), "halves"));
    }
    for (const value of perRun) graph.output(value, sums, ["rows", "runs"]);
  });
}

/** Logits relative to the largest of their row, which float32 then holds as well as their size allows. */
function narrowed(graph: OnnxGraph, logits: Value): Value {
  const top = graph.op("ReduceMax", [logits, graph.constant(int64([1]))]);
  return graph.op("Cast", [graph.op("Sub", [logits, top])], { attributes: { to: { int: 1 } } });
}

function thresholded(graph: OnnxGraph, shares: Value): Value {
  return graph.op("ThresholdedRelu", [shares], { attributes: { alpha: { float: SMALLEST_SHARE } }, as: ["shares"] });
}
