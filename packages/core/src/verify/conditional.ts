import { rows } from "../points/index.js";
import { type Check, checked, largest, ROUNDOFF } from "./check.js";
import type { Derivation } from "./derivation.js";
import { derivative } from "./difference.js";
import { axis, dot, moved, one, type Probe } from "./probes.js";

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** M1: x = αz + βε has density p_0(ε)/β^D, by the change of variables alone. Eq. (M1) */
export function checkPath({ conditional, path }: Derivation, probes: readonly Probe[]): Check {
  const D = path.field.dim;
  const residuals = probes.flatMap(({ at, x, z, noise }) =>
    [...conditional.logDensity(at, x, z)].map((value, b) => {
      const e = noise.data.subarray(b * D, (b + 1) * D);
      const expected = -0.5 * dot(e, e) - 0.5 * D * LOG_TWO_PI - D * Math.log(at.beta);
      return Math.abs(value - expected) / (1 + Math.abs(expected));
    }),
  );
  const smallest = Math.min(...probes.map(({ at }) => at.beta));
  return checked({
    id: "m1-path",
    statement: "log p_t(x|z) at x = αz + βε equals log N(ε; 0, I) − D log β",
    residual: largest(residuals),
    tolerance: (64 * ROUNDOFF * (1 + largest(path.atoms.points.data.map(Math.abs)))) / smallest,
    toleranceFrom: "rounding of x − αz, amplified by 1/β",
  });
}

/** M2: u_t(x|z) is the time derivative of the conditional flow map ε ↦ αz + βε. Eq. (M2) */
export function checkConditionalVelocity({ conditional, scheduler, path }: Derivation, probes: readonly Probe[]): Check {
  const D = path.field.dim;
  const residuals: number[] = [];
  for (const { t, at, x, z, noise } of probes) {
    const u = conditional.velocity(at, x, z).data;
    const scale = 1 + largest(u.map(Math.abs));
    for (let d = 0; d < Math.min(u.length, 4 * D); d++) {
      const flow = (h: number): number => {
        const { alpha, beta } = scheduler.at(t + h);
        return alpha * z.data[d] + beta * noise.data[d];
      };
      residuals.push(Math.abs(derivative(flow, 0.04).value - u[d]) / scale);
    }
  }
  return checked({
    id: "m2-conditional-velocity",
    statement: "u_t(x|z) is d/dt (α_t z + β_t ε) at x = αz + βε",
    residual: largest(residuals),
    tolerance: 1e-8,
    toleranceFrom: "extrapolated differences: rounding 2⁻⁵³/h at h ≥ 10⁻³ and truncation at least ten times below",
  });
}

/** M4 for the conditional pair: ∂_t log p + ∇·u + u·∇ log p = 0, everything by differences of p and u. Eq. (M4) */
export function checkConditionalContinuity({ conditional, scheduler, path }: Derivation, probes: readonly Probe[]): Check {
  const D = path.field.dim;
  const residuals: number[] = [];
  for (const { t, at, x, z } of probes) {
    for (let b = 0; b < Math.min(2, x.size); b++) {
      const zb = rows(z, b, b + 1);
      const u = conditional.velocity(at, one(x, b), zb).data;
      const material = derivative(
        (h) => conditional.logDensity(scheduler.at(t + h), moved(x, b, h, u), zb)[0],
        0.04 * at.beta,
      ).value;
      let divergence = 0;
      for (let d = 0; d < D; d++) {
        const e = axis(D, d);
        divergence += derivative((h) => conditional.velocity(at, moved(x, b, h, e), zb).data[d], at.beta, 2).value;
      }
      residuals.push(Math.abs(material + divergence) / (Math.abs(material) + Math.abs(divergence)));
      const closed = conditional.divergence(at, D);
      residuals.push(Math.abs(closed - divergence) / Math.abs(divergence));
    }
  }
  return checked({
    id: "m4-conditional",
    statement: "∂_t p_t(x|z) + ∇·(p_t(x|z) u_t(x|z)) = 0 at points of the path",
    residual: largest(residuals),
    tolerance: 1e-7,
    toleranceFrom: "extrapolated differences of log p, relative to its two terms",
  });
}
