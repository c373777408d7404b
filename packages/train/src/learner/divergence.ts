import type { Points } from "@fluxion/core";
import type { Resident } from "../engine/index.js";
import type { LabelRows } from "./label-rows.js";
import { rowChunks } from "./row-chunks.js";
import type { NetworkPrograms } from "./velocity-programs.js";

/** What a divergence is taken of: programs, parameters and the labels of the points. */
export interface DivergenceOf {
  readonly programs: NetworkPrograms;
  readonly theta: Resident;
  readonly labels: LabelRows;
}

/**
 * ∇·v_θ(t, x) = Σ_d ∂v_d/∂x_d, [B], from D Jacobian-vector products for each point. The D numbers of a point are float32,
 * their sum is float64.
 */
export async function divergence({ programs, theta, labels }: DivergenceOf, t: number, x: Points): Promise<Float64Array> {
  const D = x.dim;
  const out = new Float64Array(x.size);
  // Row r asks for ∂v_d/∂x_d at point b, r = b·D + d: runs stay full whatever B and D are.
  const pointOf = (r: number): number => Math.floor(r / D);
  for (const chunk of rowChunks(x.size * D, programs.network)) {
    const { from, to, rows } = chunk;
    const inputs = { t: new Float32Array(rows).fill(t), x: new Float32Array(rows * D), dx: new Float32Array(rows * D) };
    for (let r = from; r < to; r++) {
      const b = pointOf(r);
      inputs.x.set(x.data.subarray(b * D, (b + 1) * D), (r - from) * D);
      inputs.dx[(r - from) * D + (r % D)] = 1;
    }
    const given = { ...inputs, ...labels(chunk, pointOf) };
    const product = (await programs.derivative(rows).run({ theta }, given)).derivative; // [rows, D]
    for (let r = from; r < to; r++) {
      const b = pointOf(r);
      out[b] = Number(out[b]) + Number(product[(r - from) * D + (r % D)]);
    }
  }
  return out;
}
