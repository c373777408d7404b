import { sizeOf } from "../tensor.js";
import { graphBuilder } from "./graph-builder.js";
import { isNode, type Node, type Operation } from "./node.js";
import { type RowKind, rowKind } from "./row-kind.js";
import { inOrder } from "./trace.js";

/** Sums over a batch, computed from some of its rows at a time. */
export interface SplitRows {
  /** How often; in run c the inputs of rows are rows c·B/runs and on. */
  readonly runs: number;
  /** The sums so far, each with the sum over these rows added; the i-th is read from the variable `total i`. */
  readonly wanted: readonly Node[];
  /** Names of variables that are read by rows. */
  readonly byRow: ReadonlySet<string>;
}

/** Numbers of one array that stay near the processor while a part of the batch passes forwards and backwards: 1 MiB. */
const NEAR = 2 ** 18;
/** Products of fewer rows are slower. */
const LEAST_ROWS = 256;

/**
 * Sums over large batches, such as a loss and its gradient, as sums over parts of the batch one after another. The arrays of
 * a part stay in the cache. Undefined where the batch is small, or a wanted node is no sum over rows.
 */
export function splitRows(wanted: readonly Node[]): SplitRows | undefined {
  const nodes = inOrder(wanted);
  const B = Math.max(
    0,
    ...nodes.flatMap((node) => (isNode(node, "variable") && node.operation.role === "input" ? [node.shape[0] ?? 0] : [])),
  );
  const kinds = new Map<Node, RowKind>();
  for (const node of nodes)
    kinds.set(
      node,
      rowKind(
        node,
        node.inputs.map((input) => kinds.get(input) ?? "mixed"),
        B,
      ),
    );
  if (!wanted.every((node) => kinds.get(node) === "total")) return undefined;
  const rowNodes = nodes.filter((node) => kinds.get(node) === "rows");
  const width = Math.max(...rowNodes.map(({ shape }) => sizeOf(shape) / B));
  const rows = largestDivisor(B, Math.max(LEAST_ROWS, NEAR / width));
  if (rows < LEAST_ROWS || rows === B) return undefined;
  const b = graphBuilder();
  const known = new Map<Node, Node>();
  for (const node of nodes) {
    const { operation, inputs, shape } = node;
    const isRows = kinds.get(node) === "rows";
    const part = isRows ? [rows, ...shape.slice(1)] : shape;
    const made = isNode(node, "variable")
      ? b.variable(node.operation.role, node.operation.name, part)
      : isNode(node, "constant")
        ? b.constant(node.operation.values, shape)
        : b.node(
            resized(operation, part),
            inputs.map((input) => known.get(input) as Node),
          );
    known.set(node, made);
  }
  const byRow = new Set(rowNodes.flatMap((node) => (isNode(node, "variable") ? [node.operation.name] : [])));
  const totals = wanted.map((node, i) => b.add(b.variable("total", `total ${i}`, node.shape), known.get(node) as Node));
  return { runs: B / rows, wanted: totals, byRow };
}

const resized = (operation: Operation, shape: readonly number[]): Operation =>
  operation.op === "reshape" || operation.op === "broadcast" ? { ...operation, shape } : operation;

function largestDivisor(n: number, limit: number): number {
  for (let divisor = Math.min(n, Math.floor(limit)); divisor > 1; divisor--) if (n % divisor === 0) return divisor;
  return 1;
}
