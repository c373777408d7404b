import type { MarginalField } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { DivergenceField } from "./likelihood.js";

/** A vector field with Jacobian-vector products: what estimates of a divergence need. */
export interface JvpField<R extends void | Promise<void> = void> {
  readonly dim: number;
  /** Fills `velocity` with u_t(x) and `jvp` with (∇u_t) v, for directions v, [B, D]. */
  evaluate(t: number, x: Points, v: Points, out: { readonly velocity: Points; readonly jvp: Points }): R;
}

/** The exact marginal field with its exact Jacobian-vector products, from one scan. Eq. (M7) */
export function exactJvpField(field: MarginalField): JvpField {
  return {
    dim: field.dim,
    evaluate(t, x, v, out) {
      const { values } = field.quantities(t, x, ["velocity", "jvp"], { tangent: v });
      out.velocity.data.set(values.velocity ?? []);
      out.jvp.data.set(values.jvp ?? []);
    },
  };
}

/** The step of a central difference that balances its own error h² against the rounding ε/h of float64. */
const CUBE_ROOT = Number.EPSILON ** (1 / 3);

/**
 * Any vector field with Jacobian-vector products by central differences, (u(x + hv) − u(x − hv))/(2h): error O(h²) besides the
 * rounding ε·|u|/h. The default h suits float64; a float32 network wants about 1e-2.
 * @throws RangeError unless h is positive and finite.
 */
export function differenceJvpField(field: VectorField, dim: number, step: number = CUBE_ROOT): JvpField {
  requireStep(step);
  return {
    dim,
    evaluate(t, x, v, { velocity, jvp }) {
      velocity.data.set(field.evaluate(t, x, zerosLike(x)).data);
      const above = field.evaluate(t, moved(x, step, v), zerosLike(x));
      difference(above, field.evaluate(t, moved(x, -step, v), zerosLike(x)), step, jvp);
    },
  };
}

/** `differenceJvpField` for a field that answers later. */
export function asyncDifferenceJvpField(
  field: VectorField<Points, Points | Promise<Points>>,
  dim: number,
  step: number,
): JvpField<Promise<void>> {
  requireStep(step);
  return {
    dim,
    async evaluate(t, x, v, { velocity, jvp }) {
      velocity.data.set((await field.evaluate(t, x, zerosLike(x))).data);
      const above = await field.evaluate(t, moved(x, step, v), zerosLike(x));
      difference(above, await field.evaluate(t, moved(x, -step, v), zerosLike(x)), step, jvp);
    },
  };
}

/** The exact divergence of any field from D products with the unit vectors, whatever shape the points were flattened from. */
export function columnDivergence(field: JvpField): DivergenceField {
  return {
    dim: field.dim,
    evaluate(t, x, velocity, divergence) {
      const [v, jvp] = [zerosLike(x), zerosLike(x)];
      divergence.fill(0);
      for (let d = 0; d < x.dim; d++) {
        for (let b = 0; b < x.size; b++) {
          if (d > 0) v.data[b * x.dim + d - 1] = 0;
          v.data[b * x.dim + d] = 1;
        }
        field.evaluate(t, x, v, { velocity, jvp });
        for (let b = 0; b < x.size; b++) divergence[b] += jvp.data[b * x.dim + d];
      }
    },
  };
}

/** x + h·v. */
function moved(x: Points, h: number, v: Points): Points {
  return { ...x, data: x.data.map((value, i) => value + h * v.data[i]) };
}

/** (above − below)/(2h). */
function difference(above: Points, below: Points, h: number, out: Points): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = (above.data[i] - below.data[i]) / (2 * h);
}

function requireStep(step: number): void {
  if (step > 0 && step < Infinity) return;
  throw new RangeError(`Cannot difference a field: the step is ${step}; expected a positive finite number`);
}
