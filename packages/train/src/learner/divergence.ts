import type { Points } from "@fluxion/core";
import type { Program, Resident } from "../engine/index.js";
import { rowChunks } from "./row-chunks.js";

/**
 * ∇·v_θ(t, x) = Σ_d ∂v_d/∂x_d, [B], from D Jacobian-vector products for each point. `derivative(rows)` is the program of
 * ∇_x v·dx for that many rows. The D numbers of a point are float32, their sum is float64.
 */
export async function divergence(
  derivative: (rows: number) => Program<"theta", "t" | "x" | "dx", "derivative">,
  theta: Resident,
  t: number,
  x: Points,
): Promise<Float64Array> {
  const D = x.dim;
  const out = new Float64Array(x.size);
  // Row r asks for ∂v_d/∂x_d at point b, r = b·D + d: runs stay full whatever B and D are.
  for (const { from, to, rows } of rowChunks(x.size * D)) {
    const inputs = { t: new Float32Array(rows).fill(t), x: new Float32Array(rows * D), dx: new Float32Array(rows * D) };
    for (let r = from; r < to; r++) {
      const b = Math.floor(r / D);
      inputs.x.set(x.data.subarray(b * D, (b + 1) * D), (r - from) * D);
      inputs.dx[(r - from) * D + (r % D)] = 1;
    }
    const product = (await derivative(rows).run({ theta }, inputs)).derivative; // [rows, D]
    for (let r = from; r < to; r++) {
      const b = Math.floor(r / D);
      out[b] = Number(out[b]) + Number(product[(r - from) * D + (r % D)]);
    }
  }
  return out;
}
