/**
 * A training step: a multilayer perceptron on [x, t], mean squared error, clipping, AdamW and an average of the parameters.
 * @typedef {{ name: string, title: string, dim: number, width: number, depth: number, activation: "selu" | "silu", batch: number, steps: number, bar: number }} TrainWorkload
 */

/** `steps` are those of one round, a few hundred milliseconds; `bar` is the speed that is asked for, PyTorch being 1. */
export const workloads = /** @type {const} @satisfies {readonly TrainWorkload[]} */ ([
  {
    name: "plane",
    title: "3 × 64 SELU in the plane, batch 256",
    dim: 2,
    width: 64,
    depth: 3,
    activation: "selu",
    batch: 256,
    steps: 400,
    bar: 1.5,
  },
  {
    name: "wide",
    title: "4 × 512 SiLU in the plane, batch 4096",
    dim: 2,
    width: 512,
    depth: 4,
    activation: "silu",
    batch: 4096,
    steps: 4,
    bar: 1,
  },
  {
    name: "images",
    title: "785 → 1024 → 1024 → 1024 → 784 SiLU, batch 256",
    dim: 784,
    width: 1024,
    depth: 3,
    activation: "silu",
    batch: 256,
    steps: 12,
    bar: 1,
  },
]);
