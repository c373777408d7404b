import { rk4, type Solve, type SolveOptions, solve, type Tableau, uniformGrid, type VectorField } from "../ode/index.js";
import { type Points, row, zeros } from "../points/index.js";
import { euclidean } from "./euclidean.js";
import { geodesicRungeKutta } from "./geodesic-runge-kutta.js";
import { type DivergenceOptions, manifoldDivergence, type TangentField } from "./manifold-divergence.js";
import type { ManifoldSource } from "./manifold-source.js";
import { requireAmbient } from "./on-manifold.js";
import { productManifold } from "./product-manifold.js";

/** Options of the change of variables on a manifold. */
export interface ManifoldLikelihoodOptions extends SolveOptions, DivergenceOptions {
  /** Times from the one at which the density is wanted, down to 0. @defaultValue 100 equal steps from t = 1 */
  readonly grid?: ArrayLike<number>;
  /** @defaultValue `rk4` */
  readonly tableau?: Tableau;
}

/** A log-density by transport on a manifold. */
export interface ManifoldLikelihood {
  /** log p_t(x), nats, with respect to the Riemannian volume, [B]. */
  readonly logDensity: Float64Array;
  /** The points at t = 0 that flow to x, [B, D]. */
  readonly x0: Points;
}

/**
 * log p_t(x) = log p_init(x_0) − ∫₀ᵗ ∇·u_s(x_s) ds along the trajectory that ends at x, for any field on the manifold of the
 * source: the divergence is integrated as one more coordinate, a solve on the product of the manifold and R. Eq. (M4)
 *
 * The field must be continuous. The exact field of several data points on a torus or on rotations jumps at the edges of
 * supports, where part of its divergence sits on the jump: take `logDensity` of the field there.
 * @throws RangeError when the grid does not end at 0 or the solve meets a value that is not finite.
 */
export function manifoldLogDensity(
  field: VectorField,
  source: ManifoldSource,
  x: Points,
  options: ManifoldLikelihoodOptions = {},
): ManifoldLikelihood {
  const { manifold } = source;
  const { grid = uniformGrid(100, { from: 1, to: 0 }), tableau = rk4, step = 1e-3 } = options;
  requireAmbient(manifold, x, "the points");
  if (grid[grid.length - 1] !== 0) {
    throw new RangeError(`Cannot transport the density: the grid ends at ${grid[grid.length - 1]}; expected 0`);
  }
  const D = manifold.ambient;
  const widened = zeros(x.size, D + 1);
  for (let b = 0; b < x.size; b++) row(widened, b).set(row(x, b));
  const steps: Solve<Points> = geodesicRungeKutta(productManifold(manifold, euclidean(1)), tableau, widened, grid);
  const { status, t, y } = solve(steps, withDivergence({ manifold, field }, step), options);
  if (status !== "done") {
    throw new RangeError(`Cannot transport the density: the solve ended at t = ${t} with status "${status}"; expected "done"`);
  }
  const x0 = narrowed(y, D);
  // Backwards in time the last coordinate has become −∫₀ᵗ ∇·u ds.
  const logDensity = Float64Array.from({ length: x.size }, (_, b) => source.logDensity(row(x0, b)) + y.data[b * (D + 1) + D]);
  return { logDensity, x0 };
}

/** (u, ∇·u) on the product with R. */
function withDivergence(tangent: TangentField, step: number): VectorField {
  const D = tangent.manifold.ambient;
  return {
    evaluate(t, x, out) {
      const at = narrowed(x, D);
      const velocity = tangent.field.evaluate(t, at, zeros(x.size, D));
      const divergence = manifoldDivergence(tangent, [t, at], new Float64Array(x.size), { step });
      for (let b = 0; b < x.size; b++) {
        row(out, b).set(row(velocity, b));
        out.data[b * (D + 1) + D] = divergence[b];
      }
      return out;
    },
  };
}

/** The first D columns. */
function narrowed(x: Points, D: number): Points {
  const out = zeros(x.size, D);
  for (let b = 0; b < x.size; b++) row(out, b).set(row(x, b).subarray(0, D));
  return out;
}
