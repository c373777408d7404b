import type { Ops, Tensor } from "@fluxion/train";
import fc from "fast-check";

/** One random choice of an instruction, and of what it acts on. */
export type Instruction = readonly [operation: number, first: number, second: number];

/** Programs of a few instructions, as data. */
export const programs: fc.Arbitrary<readonly Instruction[]> = fc.array(fc.tuple(fc.nat(17), fc.nat(99), fc.nat(99)), {
  minLength: 1,
  maxLength: 9,
});

/** What a program starts from: x [2, 6] is differentiated by, the others are inputs. */
export interface Given {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly row: Tensor;
}

/** Shapes of the inputs. */
export const SHAPES = { x: [2, 6], y: [2, 6], row: [6] } as const;

type Step = (ops: Ops, p: Tensor, q: Tensor) => Tensor;

/** The last result of a program, a scalar: the sum of its entries times those of y. All values stay below 10 in absolute value. */
export function runProgram(ops: Ops, program: readonly Instruction[], { x, y, row }: Given): Tensor {
  const results: Tensor[] = [x, y, ops.broadcastTo(row, SHAPES.x)];
  for (const [operation, first, second] of program) {
    const [p, q] = [first, second].map((k) => results[results.length - 1 - (k % results.length)]) as [Tensor, Tensor];
    results.push((STEPS[operation] as Step)(ops, p, q)); // all are [2, 6]
  }
  return ops.sum(ops.mul(results.at(-1) as Tensor, y));
}

const soft = (ops: Ops, x: Tensor): Tensor => ops.tanh(x);
const positive = (ops: Ops, x: Tensor): Tensor => ops.add(1, ops.mul(x, x));
const image = (ops: Ops, x: Tensor): Tensor => ops.reshape(x, [1, 1, 3, 4]);
/** A kernel [1, 1, 2, 2] from the first entries. */
const kernel = (ops: Ops, x: Tensor): Tensor => ops.slice(ops.reshape(x, [3, 1, 2, 2]), 1, 2);

/** [2, 6] × [2, 6] ↦ [2, 6]; together they use every operation of the vocabulary. */
const STEPS: readonly Step[] = [
  (ops, p, q) => soft(ops, ops.add(p, q)),
  (ops, p, q) => soft(ops, ops.mul(ops.sub(p, 0.3), q)),
  (ops, p, q) => ops.div(p, positive(ops, q)),
  (ops, p, q) => ops.minimum(p, q),
  (ops, p, q) => ops.maximum(ops.sub(p, 0.1), q),
  (ops, p, q) => ops.exp(ops.mul(-0.5, ops.tanh(ops.add(p, q)))),
  (ops, p) => ops.sub(ops.sqrt(positive(ops, p)), 1),
  (ops, p, q) => ops.sin(ops.add(p, ops.mul(q, 2))),
  (ops, p, q) => ops.cos(ops.mul(p, q)),
  (ops, p, q) => ops.erf(ops.sub(p, q)),
  (ops, p, q) => {
    const products = ops.linear(p, q); // [2, 2]
    return soft(ops, ops.concat([products, ops.slice(p, 1, 3, 1), ops.transpose(products, [1, 0])], 1));
  },
  (ops, p, q) => {
    const stack = ops.matmul(ops.reshape(p, [2, 3, 2]), ops.transpose(ops.reshape(q, [2, 3, 2]), [0, 2, 1])); // [2, 3, 3]
    return soft(ops, ops.reshape(ops.slice(stack, 1, 3, 2), [2, 6]));
  },
  (ops, p, q) => {
    const same = ops.conv2d(image(ops, p), kernel(ops, q), { stride: 1, padding: 1 }); // [1, 1, 4, 5]
    return soft(ops, ops.reshape(ops.slice(ops.slice(same, 1, 4, 2), 0, 4, 3), [2, 6]));
  },
  (ops, p, q) => {
    const coarse = ops.conv2d(image(ops, p), kernel(ops, q), { stride: 2, padding: 1 }); // [1, 1, 2, 3]
    return soft(ops, ops.concat([ops.reshape(coarse, [1, 6]), ops.reshape(ops.slice(p, 0, 1), [1, 6])], 0));
  },
  (ops, p) => ops.mul(2, ops.softmax(p)),
  (ops, p) => {
    const corner = ops.reshape(ops.slice(ops.slice(p, 0, 1), 0, 3, 1), [1, 3, 1, 1]);
    return ops.reshape(ops.upsample(corner, 2), [2, 6]);
  },
  (ops, p, q) => ops.sub(q, ops.broadcastTo(ops.reshape(ops.mul(ops.sum(p, 1), 0.2), [2, 1]), [2, 6])),
  (ops, p, q) => ops.whereFinite([ops.sum(q)], ops.mul(p, 0.5), q),
];
