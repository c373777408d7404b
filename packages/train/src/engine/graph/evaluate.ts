import { hostOps } from "../host-ops.js";
import { type HostTensor, hostTensor } from "../host-tensor.js";
import { sizeOf } from "../tensor.js";
import { SELU_ALPHA, SELU_SCALE } from "./elementwise-rules.js";
import { hostConv2dInput, hostConv2dWeight } from "./evaluate-conv2d.js";
import type { Node, Operation } from "./node.js";

/** The value of one primitive in float64. */
export function evaluateOperation(operation: Operation, inputs: readonly HostTensor[]): HostTensor {
  const [x = hostTensor([], [0]), y = x] = inputs;
  const swap = (z: HostTensor) =>
    host(
      hostOps.transpose(
        z,
        [...z.shape.keys()].map((axis, _, { length: n }) => swapped(axis, n)),
      ),
    );
  switch (operation.op) {
    case "alias":
      return x;
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "minimum":
    case "maximum":
      return host(hostOps[operation.op](x, y));
    case "exp":
    case "sqrt":
    case "sin":
    case "cos":
    case "tanh":
    case "erf":
      return host(hostOps[operation.op](x));
    case "sigmoid":
      return map(x, (v) => 1 / (1 + Math.exp(-v)));
    case "selu":
      return map(x, (v) => SELU_SCALE * (v > 0 ? v : SELU_ALPHA * Math.expm1(v)));
    case "silu":
      return host(hostOps.mul(x, y));
    case "whereLess":
      return whereLess(inputs as readonly [HostTensor, HostTensor, HostTensor, HostTensor]);
    case "whereFinite": {
      const finite = inputs.slice(2).every(({ data }) => data.every(Number.isFinite));
      return host(hostOps.add(finite ? x : y, hostOps.mul(zerosLike(finite ? y : x), 0)));
    }
    case "matmul": {
      const [a, b] = [operation.transposeX ? swap(x) : x, operation.transposeY ? swap(y) : y];
      const lead = (p: HostTensor, q: HostTensor) => (p.shape.length >= q.shape.length ? p : q).shape.slice(0, -2);
      const spread = (p: HostTensor) => host(hostOps.broadcastTo(p, [...lead(a, b), ...p.shape.slice(-2)]));
      return host(hostOps.matmul(spread(a), spread(b)));
    }
    case "conv2d":
      return host(hostOps.conv2d(x, y, operation));
    case "conv2dInput":
      return hostConv2dInput(x, y, operation);
    case "conv2dWeight":
      return hostConv2dWeight(x, y, operation);
    default:
      return evaluateLayout(operation, x, inputs);
  }
}

/** Primitives that move, repeat or add up entries, and softmax. */
function evaluateLayout(operation: Operation, x: HostTensor, inputs: readonly HostTensor[]): HostTensor {
  switch (operation.op) {
    case "softmax":
      return host(hostOps.softmax(x));
    case "sum":
      return host([...operation.axes].reverse().reduce((sum, axis) => host(hostOps.sum(sum, axis)), x));
    case "reshape":
      return host(hostOps.reshape(x, operation.shape));
    case "broadcast":
      return host(hostOps.broadcastTo(x, operation.shape));
    case "transpose":
      return host(hostOps.transpose(x, operation.order));
    case "concat":
      return host(hostOps.concat(inputs, operation.axis));
    case "slice":
      return host(hostOps.slice(x, operation.from, operation.to, operation.axis));
    case "pad": {
      const zeros = (length: number): HostTensor[] => {
        const shape = x.shape.map((old, axis) => (axis === operation.axis ? length : old));
        return length > 0 ? [hostTensor(new Float64Array(sizeOf(shape)), shape)] : [];
      };
      return host(hostOps.concat([...zeros(operation.before), x, ...zeros(operation.after)], operation.axis));
    }
    default:
      throw new TypeError(`Cannot evaluate the graph: the primitive is "${operation.op}"; expected one that has a value`);
  }
}

/** Values of nodes in float64, computed one by one: slow, and what the engines are held against. */
export function evaluate(nodes: readonly Node[], variables: Readonly<Record<string, ArrayLike<number>>>): HostTensor[] {
  const known = new Map<Node, HostTensor>();
  const numbersOf = (node: Node): HostTensor => {
    const { operation, inputs, shape } = node;
    const have = known.get(node);
    if (have !== undefined) return have;
    const made = leafValue(operation, shape, variables) ?? evaluateOperation(operation, inputs.map(numbersOf));
    known.set(node, made);
    return made;
  };
  return nodes.map(numbersOf);
}

function leafValue(
  operation: Operation,
  shape: readonly number[],
  variables: Readonly<Record<string, ArrayLike<number>>>,
): HostTensor | undefined {
  if (operation.op === "constant") return hostTensor(operation.values, shape);
  const values = operation.op === "variable" ? variables[operation.name] : undefined;
  return values && hostTensor(values, shape);
}

const host = (x: unknown): HostTensor => x as HostTensor;
const map = ({ shape, data }: HostTensor, f: (v: number) => number): HostTensor => ({ shape, data: data.map(f) });
const zerosLike = ({ shape, data }: HostTensor): HostTensor => ({ shape, data: new Float64Array(data.length) });
const swapped = (axis: number, n: number): number => (axis < n - 2 ? axis : 2 * n - 3 - axis);

function whereLess([a, b, x, y]: readonly [HostTensor, HostTensor, HostTensor, HostTensor]): HostTensor {
  // Spread by adding zeros of the whole shape; comparisons do not mind a zero's sign.
  const zero = host([a, b, x, y].map(zerosLike).reduce((sum, z) => host(hostOps.add(sum, z))));
  const [p, q, r, s] = [a, b, x, y].map((z) => host(hostOps.broadcastTo(z, zero.shape)).data);
  return { shape: zero.shape, data: zero.data.map((_, i) => Number((p?.[i] ?? 0) < (q?.[i] ?? 0) ? r?.[i] : s?.[i])) };
}
