import { drawBatch } from "../field/index.js";
import { evaluateEach, type VectorField } from "../ode/index.js";
import { convert } from "../path/index.js";
import { meanRowDistance, zerosLike } from "../points/index.js";
import { estimate, fork, type Rng } from "../random/index.js";
import { drawStart } from "../sample/index.js";
import { type Check, checked } from "./check.js";
import { type Derivation, fieldOf } from "./derivation.js";
import { ACCURACY, checkEnds, type FlowOptions, push } from "./transport.js";

/** Options of `checkGap`. */
export interface GapOptions extends FlowOptions {
  /** The other field of the gap. @defaultValue `swirledField(derivation, 0.8)` */
  readonly other?: VectorField;
}

/**
 * The gap: v = u + c(t) A∇ log p_t with A antisymmetric satisfies the same continuity equation, since ∇·(A∇p_t) = 0, so it
 * transports p_0 to the same p_t, but it moves different particles. Equal divergences do not make equal fields; what singles
 * u_t out is E[Ẋ_t | X_t = x], and its least kinetic energy: E‖v‖² = E‖u‖² + E‖v − u‖². Eq. (GAP)
 */
export function checkGap(
  derivation: Derivation,
  rng: Rng,
  { samples = 64, other = swirledField(derivation, 0.8) }: GapOptions = {},
): Check[] {
  const { path } = derivation;
  const ends = push(derivation, other, drawStart(path, fork(rng, "start"), samples), ACCURACY);
  const few = Math.min(samples, 12);
  const x0 = drawStart(path, fork(rng, "same"), few);
  const [mine, theirs] = [fieldOf(derivation), other].map((field) => push(derivation, field, x0, ACCURACY / 10));
  const finer = push(derivation, fieldOf(derivation), x0, ACCURACY / 1000);
  const moved = meanRowDistance(mine, theirs);
  const solver = meanRowDistance(mine, finer);
  return [
    checkEnds(derivation, rng, ends, {
      id: "gap-same-path",
      statement: "u_t + c A∇ log p_t, with A antisymmetric, transports p_0 to the same data (energy two-sample test)",
    }),
    checked({
      id: "gap-other-particles",
      statement: "and yet it moves different particles: from the same noise its trajectories end elsewhere",
      residual: solver / moved,
      tolerance: 0.5,
      toleranceFrom: "the solver's own error must be at most half of the mean distance between the two ends",
      details: { meanDistance: moved, solverError: solver, trajectories: few },
    }),
  ];
}

/**
 * v = u + c(t) A∇ log p_t, with A the quarter turn of coordinates (0, 1), (2, 3), … and c = turn·β², which keeps v bounded.
 * The score comes from the velocity by Eq. (M7), so that one scan serves both.
 */
export function swirledField({ marginal, scheduler }: Derivation, turn: number): VectorField {
  return {
    evaluate(t, x, out) {
      const at = scheduler.at(t);
      const c = turn * at.beta ** 2;
      out.data.set(marginal.velocity(t, x));
      const s = convert({ from: "velocity", to: "score", at }, x, out).data;
      for (let b = 0; b < x.size; b++) {
        for (let d = b * x.dim; d + 1 < (b + 1) * x.dim; d += 2) {
          out.data[d] -= c * s[d + 1];
          out.data[d + 1] += c * s[d];
        }
      }
      return out;
    },
  };
}

/** Options of `checkGapLoss`. */
export interface GapLossOptions {
  /** Draws of (t, x_0, z). @defaultValue 1000 */
  readonly draws?: number;
  /** The other field of the gap. @defaultValue `swirledField(derivation, 0.8)` */
  readonly other?: VectorField;
}

/**
 * What singles u_t out among all fields that transport p_0 along p_t: it is E[Ẋ_t | X_t = x], so that every other field v has a
 * CFM loss larger by exactly E‖v − u‖²; and it is a gradient (isotropic source, independent coupling), so that v has a kinetic
 * energy larger by exactly E‖v − u‖². Both are means of a product that must vanish, over draws of the path. Eq. (GAP)
 */
export function checkGapLoss(
  derivation: Derivation,
  rng: Rng,
  { draws = 1000, other = swirledField(derivation, 0.8) }: GapLossOptions = {},
): Check[] {
  const { path } = derivation;
  const { t, xt, ut } = drawBatch(path, rng, draws);
  const [u, v] = [fieldOf(derivation), other].map((field) => evaluateEach(field, t, xt, zerosLike(xt)).data);
  const means = (f: (d: number) => number): { mean: number; standardError: number } =>
    estimate(Float64Array.from({ length: draws }, (_, b) => sum(b * xt.dim, (b + 1) * xt.dim, f)));
  const more = means((d) => (v[d] - u[d]) ** 2);
  const loss = means((d) => 2 * (v[d] - u[d]) * (u[d] - ut.data[d]));
  const energy = means((d) => 2 * (v[d] - u[d]) * u[d]);
  const tolerance = {
    tolerance: 5,
    toleranceFrom: `standard errors of ${draws} draws; 5 are exceeded by chance once in 10⁶ runs`,
  };
  return [
    checked({
      id: "gap-loss",
      statement: "the CFM loss tells them apart: L_CFM(v) − L_CFM(u) = E‖v − u‖² for v = u + c A∇ log p_t",
      residual: Math.abs(loss.mean) / loss.standardError,
      ...tolerance,
      details: { crossTerm: loss.mean, standardError: loss.standardError, excess: more.mean },
    }),
    checked({
      id: "gap-energy",
      statement: "u_t moves with the least kinetic energy: E‖v‖² − E‖u‖² = E‖v − u‖²",
      residual: Math.abs(energy.mean) / energy.standardError,
      ...tolerance,
      details: { crossTerm: energy.mean, standardError: energy.standardError, excess: more.mean },
    }),
  ];
}

/** Σ f(d) over from ≤ d < to. */
function sum(from: number, to: number, f: (d: number) => number): number {
  let total = 0;
  for (let d = from; d < to; d++) total += f(d);
  return total;
}
