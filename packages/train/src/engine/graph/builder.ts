import type { Shape } from "../tensor.js";
import type { BinaryName, Node, Operation, OperationName, OperationOf, UnaryName, VariableRole, Window } from "./node.js";

/**
 * Makes nodes. Everything is simplified as it is made: constants are folded, equal nodes are made once, and what changes
 * nothing is left out.
 */
export interface Builder
  extends Readonly<Record<BinaryName, (x: Node, y: Node) => Node>>,
    Readonly<Record<UnaryName, (x: Node) => Node>> {
  /** The node of an operation. @throws RangeError when the shapes of the arguments do not fit. */
  node(operation: Operation, inputs: readonly Node[]): Node;
  variable(role: VariableRole, name: string, shape: Shape): Node;
  constant(values: ArrayLike<number>, shape: Shape): Node;
  scalar(value: number): Node;
  /** x as a new variable, different from every other node. */
  alias(x: Node): Node;
  negative(x: Node): Node;
  /** a < b ? x : y, entry by entry. */
  whereLess(a: Node, b: Node, [x, y]: readonly [x: Node, y: Node]): Node;
  whereFinite(scalars: readonly Node[], x: Node, y: Node): Node;
  /** x·y of the last two axes; `transposeX` and `transposeY` swap them first. */
  matmul(x: Node, y: Node, options?: { readonly transposeX?: boolean; readonly transposeY?: boolean }): Node;
  conv2d(x: Node, w: Node, window: Window): Node;
  softmax(x: Node): Node;
  sum(x: Node, axes: readonly number[]): Node;
  reshape(x: Node, shape: Shape): Node;
  broadcast(x: Node, shape: Shape): Node;
  transpose(x: Node, order: readonly number[]): Node;
  concat(parts: readonly Node[], axis: number): Node;
  slice(x: Node, axis: number, [from, to]: readonly [from: number, to: number]): Node;
  pad(x: Node, axis: number, [before, after]: readonly [before: number, after: number]): Node;
}

/** What is known of a primitive: its shape, and both modes of differentiation. */
export interface Rule<O extends Operation = Operation> {
  /** The shape of the result. @throws RangeError when the arguments do not fit. */
  shape(operation: O, shapes: readonly Shape[]): Shape;
  /** ∂⟨g, f⟩/∂xᵢ for each argument; undefined where it is zero. */
  vjp(b: Builder, node: Node<O>, g: Node): readonly (Node | undefined)[];
  /** Σ ∂f/∂xᵢ·dxᵢ; undefined tangents are zero, and one at least is not. */
  jvp(b: Builder, node: Node<O>, tangents: readonly (Node | undefined)[]): Node | undefined;
}

/** Rules by the names of their primitives. */
export type Rules<K extends OperationName> = { readonly [N in K]: Rule<OperationOf<N>> };
