import type { Computation } from "../engine/index.js";
import type { Network } from "../network/index.js";

/** v_θ(t, x) for `rows` points. */
export function velocityProgram(network: Network, rows: number): Computation<"theta", "t" | "x", "velocity"> {
  return {
    name: "velocity",
    state: { theta: [network.parameterCount] },
    inputs: { t: [rows], x: [rows, network.dim] },
    trace: (ops, { theta }, { t, x }) => ({ outputs: { velocity: network.apply(ops, theta, t, x) } }),
  };
}

/** ∇_x v_θ(t, x)·dx for `rows` points: rows of a batch do not mix, so that one forward pass serves them all. */
export function derivativeProgram(network: Network, rows: number): Computation<"theta", "t" | "x" | "dx", "derivative"> {
  return {
    name: "derivative",
    state: { theta: [network.parameterCount] },
    inputs: { t: [rows], x: [rows, network.dim], dx: [rows, network.dim] },
    trace(ops, { theta }, { t, x, dx }) {
      const [, derivative] = ops.jvp((at) => network.apply(ops, theta, t, at), x, dx);
      return { outputs: { derivative } };
    },
  };
}
