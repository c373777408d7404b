import type { Computation, Engine, Program } from "../engine/index.js";
import type { Network } from "../network/index.js";
import { labelOf, labelShape } from "./label-input.js";
import { memo } from "./memo.js";

/** f_θ(t, x, y) for `rows` points. */
export function velocityProgram(network: Network, rows: number): Computation<"theta", "t" | "x", "velocity"> {
  return {
    name: "velocity",
    state: { theta: [network.parameterCount] },
    inputs: { t: [rows], x: [rows, network.dim], ...labelShape(network, rows) },
    trace: (ops, { theta }, inputs) => ({
      outputs: { velocity: network.apply(ops, theta, inputs.t, inputs.x, labelOf(inputs)) },
    }),
  };
}

/** ∇_x f_θ(t, x, y)·dx for `rows` points: rows of a batch do not mix, so that one forward pass serves them all. */
export function derivativeProgram(network: Network, rows: number): Computation<"theta", "t" | "x" | "dx", "derivative"> {
  return {
    name: "derivative",
    state: { theta: [network.parameterCount] },
    inputs: { t: [rows], x: [rows, network.dim], dx: [rows, network.dim], ...labelShape(network, rows) },
    trace(ops, { theta }, inputs) {
      const [, derivative] = ops.jvp((x) => network.apply(ops, theta, inputs.t, x, labelOf(inputs)), inputs.x, inputs.dx);
      return { outputs: { derivative } };
    },
  };
}

/** The programs of a network, compiled once for each number of rows and shared by all of its fields. */
export interface NetworkPrograms {
  readonly network: Network;
  velocity(rows: number): Program<"theta", "t" | "x", "velocity">;
  derivative(rows: number): Program<"theta", "t" | "x" | "dx", "derivative">;
}

/** The programs of a network in an engine. */
export function networkPrograms(engine: Engine, network: Network): NetworkPrograms {
  return {
    network,
    velocity: memo((rows: number) => engine.compile(velocityProgram(network, rows))),
    derivative: memo((rows: number) => engine.compile(derivativeProgram(network, rows))),
  };
}
