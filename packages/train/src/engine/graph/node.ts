import type { Shape, Tensor } from "../tensor.js";

/** Elementwise functions of two numbers; their arguments broadcast from the last axis. */
export type BinaryName = "add" | "sub" | "mul" | "div" | "minimum" | "maximum";

/** Elementwise functions of one number. */
export type UnaryName = "exp" | "sqrt" | "sin" | "cos" | "tanh" | "erf" | "sigmoid" | "selu";

/** How a window moves over an image: steps in both directions, and zeros on all four sides. */
export interface Window {
  readonly stride: number;
  readonly padding: number;
}

/**
 * Every primitive with its parameters; the shape of the result is kept by the node.
 *
 * - `alias`: its argument, as a variable of its own to differentiate by; gone from finished graphs.
 * - `silu`: x·s of (x, s), where s = sigmoid(x) is an argument so that the gradient finds it again.
 * - `whereLess`: x where a < b, else y, of (a, b, x, y). `whereFinite`: x where all of s… are finite, else y, of (x, y, s…).
 * - `matmul`: the last two axes of either argument transposed first where it says so; the axes before broadcast.
 * - `conv2d` of (x [B, C, H, W], w [O, C, h, w]); `conv2dInput` of (g, w) and `conv2dWeight` of (x, g) are its transposes.
 * - `sum` drops its axes. `pad` writes zeros before and after, along one axis.
 */
export type Operation =
  | { readonly op: "variable"; readonly name: string; readonly role: VariableRole }
  | { readonly op: "constant"; readonly values: Float64Array }
  | { readonly op: "alias"; readonly index: number }
  | { readonly op: BinaryName }
  | { readonly op: UnaryName }
  | { readonly op: "silu" }
  | { readonly op: "whereLess" }
  | { readonly op: "whereFinite" }
  | { readonly op: "matmul"; readonly transposeX: boolean; readonly transposeY: boolean }
  | ({ readonly op: "conv2d" } & Window)
  | ({ readonly op: "conv2dInput"; readonly size: readonly [H: number, W: number] } & Window)
  | ({ readonly op: "conv2dWeight"; readonly size: readonly [h: number, w: number] } & Window)
  | { readonly op: "softmax" }
  | { readonly op: "sum"; readonly axes: readonly number[] }
  | { readonly op: "reshape"; readonly shape: Shape }
  | { readonly op: "broadcast"; readonly shape: Shape }
  | { readonly op: "transpose"; readonly order: readonly number[] }
  | { readonly op: "concat"; readonly axis: number }
  | { readonly op: "slice"; readonly axis: number; readonly from: number; readonly to: number }
  | { readonly op: "pad"; readonly axis: number; readonly before: number; readonly after: number };

/** What a variable is: kept between runs, given to each run, or the sum over the rows of earlier runs. */
export type VariableRole = "state" | "input" | "total";

/** The name of a primitive. */
export type OperationName = Operation["op"];

/** The primitive of a name, with its parameters. */
export type OperationOf<K extends OperationName> = Extract<Operation, { readonly op: K }>;

/** One value of a graph. Equal operations of equal arguments are one node. */
export interface Node<O extends Operation = Operation> extends Tensor {
  /** Larger than those of its arguments. */
  readonly id: number;
  readonly operation: O;
  readonly inputs: readonly Node[];
}

/** Whether a node is a primitive of this name. */
export function isNode<K extends OperationName>(node: Node, name: K): node is Node<OperationOf<K>> {
  return node.operation.op === name;
}

/** The number that a node has in every entry, if it is a constant of one entry. */
export function scalarOf(node: Node): number | undefined {
  return isNode(node, "constant") && node.operation.values.length === 1 ? node.operation.values[0] : undefined;
}
