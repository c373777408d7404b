import type { AtomPath } from "../field/index.js";
import type { SolveOptions, VectorField } from "../ode/index.js";
import { type Points, row, zeros } from "../points/index.js";
import { generate } from "./generate.js";
import { adaptiveSteps, type Integrator } from "./integrator.js";

/** Which data points pulled one trajectory, and how much, until a time. */
export interface Influence {
  /** c_i = ∫ λ_i ds over s − s_0, [N]; sums to one. */
  readonly share: Float64Array;
  /** Where the trajectory is at that time, [1, D]. */
  readonly x: Points;
  /** Evaluations of the posterior. */
  readonly nfe: number;
}

/** Options of `influenceOn`. */
export interface InfluenceOptions {
  /** @defaultValue adaptive steps with tolerances 1e-5 and 1e-7 */
  readonly integrator?: Integrator;
  readonly signal?: SolveOptions["signal"];
}

/**
 * The influence of every data point on the exact trajectory from x_0, [1, D], until time `to`. In the coordinates of Eq. (M9)
 * dw/ds = Σ λ_i z_i, so that with c_i = ∫ λ_i ds
 *
 *     w(s) = w_0 + Σ c_i z_i,   Σ c_i = s − s_0 :
 *
 * the trajectory is its noise and what each point has added to it. The c_i are integrated beside x.
 * @throws RangeError unless 0 < to ≤ 1 and β > 0 at `to`, or for smoothed data or another source, where w is more than that.
 */
export function influenceOn(path: AtomPath, x0: Points, to: number, options: InfluenceOptions = {}): Influence {
  const { scheduler, posterior, dim } = path.field;
  requirePlain(path, x0, to);
  const { size } = path.atoms.points;
  const field: VectorField = {
    evaluate(t, state, out) {
      const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
      const x = { size: 1, dim, data: state.data.subarray(0, dim) };
      const lambda = posterior.weights(x, { alpha, beta });
      const slope = (dAlpha * beta - alpha * dBeta) / (beta * beta); // ds/dt
      const velocity = out.data.subarray(0, dim).fill(0);
      for (let i = 0; i < size; i++) {
        out.data[dim + i] = slope * lambda[i];
        if (lambda[i] === 0) continue;
        const z = row(path.atoms.points, i);
        for (let d = 0; d < dim; d++) velocity[d] += lambda[i] * z[d];
      }
      // u = (β̇/β)x + β(ds/dt)μ: Eq. (M6) with b = β·ds/dt
      for (let d = 0; d < dim; d++) velocity[d] = (dBeta / beta) * x.data[d] + beta * slope * velocity[d];
      return out;
    },
  };
  const start = zeros(1, dim + size);
  start.data.set(x0.data);
  const { integrator = adaptiveSteps({ rtol: 1e-5, atol: 1e-7 }), signal } = options;
  const { y, nfe } = generate(field, start, { from: 0, to, integrator, ...(signal ? { signal } : {}) });
  const total = y.data.subarray(dim).reduce((sum, c) => sum + c, 0);
  return { share: y.data.slice(dim).map((c) => c / total), x: { size: 1, dim, data: y.data.slice(0, dim) }, nfe };
}

function requirePlain({ field, bandwidth, source }: AtomPath, x0: Points, to: number): void {
  if (x0.size !== 1 || x0.dim !== field.dim) {
    throw new RangeError(
      `Cannot follow an influence: the start is [${x0.size}, ${x0.dim}]; expected one point of ${field.dim} coordinates`,
    );
  }
  if (bandwidth > 0 || !source.isotropic) {
    throw new RangeError(
      "Cannot follow an influence: the data are smoothed or the source is not N(0, I); expected atoms under N(0, I)",
    );
  }
  if (!(to > 0 && to <= 1) || field.scheduler.at(to).beta === 0) {
    throw new RangeError(`Cannot follow an influence until t = ${to}: it grows without end at the data; expected 0 < t < 1`);
  }
}
