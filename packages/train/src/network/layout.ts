import { fork, type Rng, uniform } from "@fluxion/core";
import type { ForwardOps, Shape, Tensor } from "../engine/index.js";
import { type Parameter, parameter } from "./parameters.js";

/** How an array starts: uniform on centre ± spread. */
export interface Start {
  /** @defaultValue 0 */
  readonly centre?: number;
  /** √3 times the deviation. @defaultValue 0 */
  readonly spread?: number;
}

/** What one forward pass works with. */
export interface Pass {
  readonly ops: ForwardOps;
  /** θ, [P]. */
  readonly theta: Tensor;
}

/** An array of θ in a forward pass, in its own shape. */
export type Read = (pass: Pass) => Tensor;

/** Where the layers of a network, while it is built, declare their arrays and count their work. */
export interface Layout {
  /** The next array of θ. */
  array(name: string, shape: Shape, start?: Start): Read;
  /** Adds floating-point operations for one point. */
  work(flops: number): void;
  /** What was declared so far. */
  finish(): Pick<Laid, "parameters" | "parameterCount" | "flopsPerPoint" | "init">;
}

/** What a finished layout knows of a network. */
interface Laid {
  readonly parameters: readonly Parameter[];
  readonly parameterCount: number;
  readonly flopsPerPoint: number;
  init(rng: Rng): Float32Array;
}

/** A layout without arrays. */
export function layout(): Layout {
  const declared: { readonly parameter: Parameter; readonly start: Start }[] = [];
  let count = 0;
  let flops = 0;
  return {
    array(name, shape, start = {}) {
      const own = parameter(name, shape, count);
      declared.push({ parameter: own, start });
      count += own.size;
      return ({ ops, theta }) => ops.reshape(ops.slice(theta, own.offset, own.offset + own.size), shape);
    },
    work(more) {
      flops += more;
    },
    finish() {
      const init = (rng: Rng): Float32Array => {
        const theta = new Float32Array(count);
        for (const { parameter: own, start } of declared) theta.set(startOf(own, start, rng), own.offset);
        return theta;
      };
      return { parameters: declared.map((d) => d.parameter), parameterCount: count, flopsPerPoint: flops, init };
    },
  };
}

/** An array draws from its own name, so that its first numbers do not depend on the arrays before it. */
function startOf({ name, size }: Parameter, { centre = 0, spread = 0 }: Start, rng: Rng): Float64Array {
  if (spread === 0) return new Float64Array(size).fill(centre);
  return uniform(fork(rng, name), new Float64Array(size)).map((u) => centre + spread * (2 * u - 1));
}
