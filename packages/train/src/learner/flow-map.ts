import { type Points, points, requireFinite } from "@fluxion/core";
import type { Computation, Engine, Resident } from "../engine/index.js";
import { type Network, NULL_LABEL, timesOf } from "../network/index.js";
import type { Objective } from "../objective/index.js";
import { labelOf, labelShape } from "./label-input.js";
import { type Label, labelRows } from "./label-rows.js";
import { memo } from "./memo.js";
import { readChunk, rowChunks, writeChunk } from "./row-chunks.js";

/** The flow of a vector field between two times, learned: one evaluation of a network instead of a solve. */
export interface FlowMap {
  /** D. */
  readonly dim: number;
  /**
   * x_r = x + (r − t)·u_θ(x, t, r) from t = `from` to r = `to`, [B, D]; `out` may be `x`.
   * @throws RangeError where the network overflows, or for another end than 1 by a network of one time.
   */
  jump(x: Points, from: number, to: number, out: Points): Promise<Points>;
}

/** u_θ(x, t, r), or u_θ(x, t) of a network of one time, for `rows` points. */
function meanVelocityProgram(network: Network, rows: number): Computation<"theta", "t" | "x", "velocity"> {
  return {
    name: "mean velocity",
    state: { theta: [network.parameterCount] },
    inputs: { t: timesOf(network) === 2 ? [rows, 2] : [rows], x: [rows, network.dim], ...labelShape(network, rows) },
    trace: (ops, { theta }, inputs) => ({
      outputs: { velocity: network.apply(ops, theta, inputs.t, inputs.x, labelOf(inputs)) },
    }),
  };
}

/** What a flow map is made of, beside its parameters. */
interface FlowMapParts {
  readonly engine: Engine;
  readonly network: Network;
  readonly objective: Objective;
  /** @defaultValue −1 */
  readonly label?: Label;
}

/**
 * The flow map of parameters that live in an engine, trained for `meanFlow` (two times) or `consistency` (one, up to t = 1).
 * @throws TypeError for the objective `velocity`.
 */
export function flowMap({ engine, network, objective, label = NULL_LABEL }: FlowMapParts, theta: Resident): FlowMap {
  if (objective === "velocity") {
    throw new TypeError(`Cannot jump: the objective is "velocity"; expected a learner of "meanFlow" or "consistency"`);
  }
  const { dim } = network;
  const times = timesOf(network);
  const programOf = memo((rows: number) => engine.compile(meanVelocityProgram(network, rows)));
  return {
    dim,
    async jump(x, from, to, out) {
      requireJump({ x, out, dim, times }, from, to);
      const labels = labelRows(network, label, x.size);
      const at = new Float64Array(x.size * times);
      for (let b = 0; b < x.size; b++) at.set(times === 2 ? [from, to] : [from], b * times);
      const mean = points(new Float64Array(x.size * dim), dim);
      for (const chunk of rowChunks(x.size, network)) {
        const inputs = { t: readChunk(chunk, at, times), x: readChunk(chunk, x.data, dim), ...labels(chunk) };
        writeChunk(chunk, (await programOf(chunk.rows).run({ theta }, inputs)).velocity, mean);
      }
      requireFinite(mean, "the network's mean velocity");
      for (const [i, u] of mean.data.entries()) out.data[i] = Number(x.data[i]) + (to - from) * u;
      return out;
    },
  };
}

interface Jump {
  readonly x: Points;
  readonly out: Points;
  readonly dim: number;
  readonly times: 1 | 2;
}

function requireJump({ x, out, dim, times }: Jump, from: number, to: number): void {
  const inside = [from, to].every((t) => t >= 0 && t <= 1);
  if (!inside || (times === 1 && to !== 1)) {
    const expected = times === 1 ? "a start in [0, 1] and the end 1, which is all that one time can say" : "times in [0, 1]";
    throw new RangeError(`Cannot jump from t = ${from} to t = ${to}: the network takes times: ${times}; expected ${expected}`);
  }
  if (x.dim === dim && out.dim === dim && out.size === x.size) return;
  throw new RangeError(
    `Cannot jump: x is [${x.size}, ${x.dim}] and out is [${out.size}, ${out.dim}]; expected [${x.size}, ${dim}] for both`,
  );
}
