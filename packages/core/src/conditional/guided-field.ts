/**
 * Guidance by two fields: ũ_t(x) = u_t(x|∅) + w(u_t(x|y) − u_t(x|∅)), so that w = 0 is the unconditional field, w = 1 the
 * conditional one and w > 1 goes beyond it. (The weight that adds to the conditional field, (1 + w')u_y − w'u_∅, is
 * w' = w − 1.) [Holderrieth2025]
 *
 * Everything linear in the score follows ũ. The guided score is ∇ log p_t(x|∅)^(1−w) p_t(x|y)^w, at every t the score of
 * another unnormalised density, but those densities are not transported by ũ: for w ∉ {0, 1} the law at time t has no
 * closed form, and no density is offered.
 */
import type { MarginalField, Quantities, Quantity, QuantityOptions } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";

/** Quantities that combine linearly, hence have a guided value. */
const LINEAR: readonly Quantity[] = ["velocity", "denoiser", "noise", "score", "divergence", "jvp"];

/** Exact classifier-free guidance. */
export interface GuidedField extends VectorField {
  /** D. */
  readonly dim: number;
  readonly scheduler: Scheduler;
  /** w. */
  readonly weight: number;
  /**
   * Guided quantities that are linear in the two scores; the largest weights are those of the conditional posterior (of the
   * unconditional one for w = 0).
   * @throws RangeError for one that is not linear, and as `MarginalField.quantities` does.
   */
  quantities(t: number, x: Points, names: readonly Quantity[], options?: QuantityOptions): Quantities;
}

/** ũ = u_∅ + w(u_y − u_∅) of any two vector fields, a network's included; one of them alone is asked where w is 0 or 1. */
export function guide(unconditional: VectorField, conditional: VectorField, weight: number): VectorField {
  requireFiniteWeight(weight);
  if (weight === 0) return unconditional;
  if (weight === 1) return conditional;
  return {
    evaluate(t, x, out) {
      const base = unconditional.evaluate(t, x, zerosLike(x)).data;
      const { data } = conditional.evaluate(t, x, out);
      for (let d = 0; d < data.length; d++) out.data[d] = base[d] + weight * (data[d] - base[d]);
      return out;
    },
  };
}

/**
 * Guidance between the exact fields of all data and of a class (or of any two data distributions on one schedule).
 * @throws RangeError unless both have one dim and one scheduler, and the weight is finite.
 */
export function guidedField(unconditional: MarginalField, conditional: MarginalField, weight: number): GuidedField {
  requireFiniteWeight(weight);
  requireAlike(unconditional, conditional);
  const { dim, scheduler } = unconditional;
  const guided = guide(unconditional, conditional, weight);
  return {
    dim,
    scheduler,
    weight,
    evaluate: (t, x, out) => guided.evaluate(t, x, out),
    quantities(t, x, names, options) {
      requireLinear(names);
      if (weight === 0) return unconditional.quantities(t, x, names, options);
      const to = conditional.quantities(t, x, names, options);
      if (weight === 1) return to;
      const from = unconditional.quantities(t, x, names, { ...options, top: 0 });
      const values: Quantities["values"] = {};
      for (const name of names) {
        const [base, goal] = [from.values[name], to.values[name]];
        if (base && goal) values[name] = base.map((v, d) => v + weight * (goal[d] - v));
      }
      const evaluations = from.certificate.evaluations + to.certificate.evaluations;
      return { values, top: to.top, certificate: { promise: "exact", evaluations, skipped: 0, backend: to.certificate.backend } };
    },
  };
}

function requireFiniteWeight(weight: number): void {
  if (Number.isFinite(weight)) return;
  throw new RangeError(`Cannot guide: the weight is ${weight}; expected a finite number`);
}

function requireAlike(a: MarginalField, b: MarginalField): void {
  if (a.dim === b.dim && a.scheduler.name === b.scheduler.name) return;
  throw new RangeError(
    `Cannot guide: the fields have dim ${a.dim} and ${b.dim}, schedulers "${a.scheduler.name}" and "${b.scheduler.name}"; expected equal ones`,
  );
}

function requireLinear(names: readonly Quantity[]): void {
  const bad = names.find((name) => !LINEAR.includes(name));
  if (bad === undefined) return;
  throw new RangeError(
    `Cannot evaluate "${bad}" of a guided field: it is not linear in the scores, and the law that the field transports has no closed form; expected one of ${LINEAR.join(", ")}`,
  );
}
