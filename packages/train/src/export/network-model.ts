import { type Tableau, uniformGrid } from "@fluxion/core";
import { type Computation, FREE_ROWS, freeRowsModel, type Ops, type Tensor } from "../engine/index.js";
import { labelOf, labelShape, velocityProgram } from "../learner/index.js";
import type { Network } from "../network/index.js";

/** A network with its parameters, and texts that its file carries. */
export interface TrainedNetwork {
  readonly network: Network;
  /** θ, [P]. */
  readonly theta: Float32Array;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The network as an ONNX model: t [B], x [B, D] and, where it has classes, y one-hot [B, K] ↦ velocity [B, D], for any B. A row
 * of zeros in y is no class. The initializers have the names of the parameters.
 */
export function velocityModel(trained: TrainedNetwork): Uint8Array<ArrayBuffer> {
  return modelOf(trained, velocityProgram(trained.network, FREE_ROWS));
}

/** How a sampler goes from t = 0 to t = 1. */
export interface SamplerSteps {
  readonly tableau: Tableau;
  /** k, of equal length. */
  readonly steps: number;
}

/**
 * A whole sampler as one ONNX model: x0 [B, D] and, where there are classes, y [B, K] ↦ x1 [B, D], for any B. Every step of the
 * method is written out; the weights are stored once. Eq. (M4)
 * @throws RangeError unless `steps` is a positive whole number.
 */
export function samplerModel(trained: TrainedNetwork, { tableau, steps }: SamplerSteps): Uint8Array<ArrayBuffer> {
  const { network } = trained;
  if (!(Number.isSafeInteger(steps) && steps > 0)) {
    throw new RangeError(`Cannot export a sampler: it has ${steps} steps; expected a positive whole number`);
  }
  const grid = uniformGrid(steps);
  const nodes = tableau.c.map((c) => Array.from({ length: steps }, (_, n) => timeAt(grid, n, c)));
  const times = [...new Set(nodes.flat())].sort((p, q) => p - q);
  const nameOf = (t: number): string => `time ${times.indexOf(t)}`;
  const constants = Object.fromEntries(times.map((t) => [nameOf(t), t]));
  const x = [FREE_ROWS, network.dim];
  return modelOf(
    trained,
    {
      name: "sampler",
      state: { theta: [network.parameterCount] },
      inputs: {
        x0: x,
        ...labelShape(network, FREE_ROWS),
        ...Object.fromEntries(times.map((t) => [nameOf(t), [FREE_ROWS]])),
      },
      trace(ops, state, inputs) {
        const theta = read(state, "theta");
        const y = labelOf(inputs);
        const velocity = (t: number, at: Tensor): Tensor =>
          network.apply(ops, theta, read(inputs, nameOf(t)), at, ...(y ? [y] : []));
        let x1 = read(inputs, "x0");
        for (let n = 0; n < steps; n++) {
          const h = Number(grid[n + 1]) - Number(grid[n]);
          const stages: Tensor[] = [];
          for (const [i, row] of tableau.a.entries()) {
            stages.push(velocity(nodes[i]?.[n] ?? 0, advanced(ops, { x: x1, h }, row, stages)));
          }
          x1 = advanced(ops, { x: x1, h }, tableau.b, stages);
        }
        return { outputs: { x1 } };
      },
    },
    constants,
  );
}

/** t_n + c·h, the end of the step itself where c = 1. */
function timeAt(grid: Float64Array, n: number, c: number): number {
  const [from, to] = [Number(grid[n]), Number(grid[n + 1])];
  return c === 1 ? to : from + c * (to - from);
}

/** x + h·Σ w_i·k_i. */
function advanced(
  ops: Ops,
  { x, h }: { readonly x: Tensor; readonly h: number },
  weights: readonly number[],
  stages: readonly Tensor[],
): Tensor {
  return weights.reduce<Tensor>((sum, w, i) => {
    const k = stages[i];
    return w === 0 || k === undefined ? sum : ops.add(sum, ops.mul(k, h * w));
  }, x);
}

function read(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new RangeError(`Cannot export the network: there is no "${name}"; expected one`);
  return tensor;
}

function modelOf(
  { network, theta, metadata }: TrainedNetwork,
  computation: Computation<string, string, string>,
  constants: Readonly<Record<string, number>> = {},
): Uint8Array<ArrayBuffer> {
  const names = new Map(network.parameters.map(({ name, offset }) => [offset, name]));
  return freeRowsModel({
    computation,
    state: { theta },
    nameOf: (_, offset) => names.get(offset),
    constants,
    ...(metadata === undefined ? {} : { metadata }),
  });
}
